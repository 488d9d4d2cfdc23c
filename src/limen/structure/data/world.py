"""Every locale and currency there is, from the Unicode locale data that babel carries."""

from __future__ import annotations

import re

# In use in catalogues of the field, but no longer, or not yet, part of that data.
_MORE_LOCALES = (
    "en_029 ha_Latn_NG hr_BA iu_Cans_CA iu_Latn_CA ku_Arab_IQ mn_Cyrl_MN no_NO prs_AF qut_GT quz_BO quz_EC quz_PE"
    " sh_BA sh_RS sr_CS sr_Cyrl_CS sr_Latn_CS syr_SY tg_Cyrl_TJ tmz_Latn_DZ tzm_Latn_DZ tl_PH"
)
_LOCALE = re.compile(r"([a-z]{2,3})(_[A-Z][a-z]{3})?_([A-Z]{2}|[0-9]{3})")


def locales() -> list[str]:
    """`fr_FR`, `zh_Hans_CN`, and the plain `zh_CN` of each that names a script; sorted."""
    from babel.localedata import locale_identifiers  # slow to import, and needed at installation only

    found = set(_MORE_LOCALES.split())
    for code in locale_identifiers():
        match = _LOCALE.fullmatch(code)
        if match:
            found |= {code, f"{match[1]}_{match[3]}"}
    return sorted(found)


def currencies() -> list[str]:
    """ISO 4217 codes, those of the past included; sorted."""
    from babel import Locale

    return sorted(code for code in map(str, Locale("en").currencies) if re.fullmatch("[A-Z]{3}", code))
