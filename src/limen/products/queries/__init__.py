"""Every shared read of products."""

from limen.products.queries.lists import count as count
from limen.products.queries.lists import page as page
from limen.products.queries.lists import page_after as page_after
from limen.products.queries.lists import product as product
from limen.products.queries.loading import mentions as mentions
from limen.products.queries.screens import MOST_COUNTED as MOST_COUNTED
from limen.products.queries.screens import Completeness as Completeness
from limen.products.queries.screens import GridPage as GridPage
from limen.products.queries.screens import GridRow as GridRow
from limen.products.queries.screens import ProductName as ProductName
from limen.products.queries.screens import ProductView as ProductView
from limen.products.queries.screens import grid as grid
from limen.products.queries.screens import names as names
from limen.products.queries.screens import product_page as product_page
from limen.products.queries.searching import list_condition as list_condition
from limen.products.queries.stores import MODELS as MODELS
from limen.products.queries.stores import PRODUCTS as PRODUCTS
from limen.products.queries.tree_screens import Child as Child
from limen.products.queries.tree_screens import ModelView as ModelView
from limen.products.queries.tree_screens import model_page as model_page
from limen.products.queries.uses import count_in_categories as count_in_categories
from limen.products.queries.uses import families_with_products as families_with_products
from limen.products.queries.uses import uses_of_structure as uses_of_structure
from limen.products.queries.writing import scores as scores
from limen.products.queries.writing import writer_for as writer_for
