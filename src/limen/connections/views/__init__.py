"""The screens of connections: their list, creating one, its settings and credentials, Data flows."""

from limen.connections.views.access import access as access
from limen.connections.views.access import revoke_old_password as revoke_old_password
from limen.connections.views.access import revoke_old_secret as revoke_old_secret
from limen.connections.views.access import revoke_token as revoke_token
from limen.connections.views.access import revoke_tokens as revoke_tokens
from limen.connections.views.calls import call as call
from limen.connections.views.calls import calls as calls
from limen.connections.views.calls import replay as replay
from limen.connections.views.confirmation import delete as delete
from limen.connections.views.confirmation import pause as pause
from limen.connections.views.confirmation import regenerate_password as regenerate_password
from limen.connections.views.confirmation import regenerate_secret as regenerate_secret
from limen.connections.views.confirmation import resume as resume
from limen.connections.views.creation import connection_new as connection_new
from limen.connections.views.credentials import env_file as env_file
from limen.connections.views.credentials import secret as secret
from limen.connections.views.data_flows import data_flows as data_flows
from limen.connections.views.data_flows import legacy_dashboard as legacy_dashboard
from limen.connections.views.image import image as image
from limen.connections.views.listing import connection_list as connection_list
from limen.connections.views.listing import legacy_list as legacy_list
from limen.connections.views.settings import connection_settings as connection_settings
from limen.connections.views.settings import first_call as first_call
from limen.connections.views.testing import test_page as test_page
from limen.connections.views.testing import test_report as test_report
from limen.connections.views.testing import test_run as test_run
