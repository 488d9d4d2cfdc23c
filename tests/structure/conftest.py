"""The API with callers made up for the test, and the catalogue of the acceptance cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from limen.kit.http import endpoint
from tests.conftest import Api
from tests.factories.structure import (
    change_channel,
    make_attribute,
    make_attribute_group,
    make_category,
    make_channel,
    make_family,
    make_family_variant,
    make_option,
)
from tests.structure.callers import EVERYTHING


@pytest.fixture
def api_of(installed: None, settings: Any) -> Iterator[Callable[..., Api]]:
    """The API as called by somebody with these permissions only (none named: with all)."""
    settings.LIMEN_API_AUTHENTICATOR = "tests.structure.callers.authenticate"
    endpoint._authenticator.cache_clear()
    yield lambda *permissions: Api(",".join(permissions) or EVERYTHING)
    endpoint._authenticator.cache_clear()


@pytest.fixture
def api(api_of: Callable[..., Api]) -> Api:
    return api_of()


@pytest.fixture
def tea(installed: None) -> None:
    """The catalogue that the acceptance cases of the structure start from."""
    make_category("tea", None, labels={"en_US": "Tea", "de_DE": "Tee"})
    make_category("green_tea", "tea")
    make_category("black_tea", "tea")
    make_category("earl_grey", "black_tea")
    change_channel("ecommerce", locales=["en_US", "fr_FR"], category_tree="tea")
    make_channel("print", locales=["de_DE"], category_tree="tea")
    make_attribute_group("brewing", labels={"en_US": "Brewing"})
    make_attribute("name", labels={"en_US": "Name", "de_DE": "Name"})
    make_attribute("origin", "pim_catalog_simpleselect")
    make_option("origin", "assam", sort_order=10)
    make_option("origin", "darjeeling", sort_order=20)
    make_attribute(
        "steeping_time", "pim_catalog_metric", group="brewing", metric_family="Duration", default_metric_unit="MINUTE"
    )
    make_attribute("pack_shot", "pim_catalog_image")
    make_attribute("organic", "pim_catalog_boolean")
    make_attribute("leaf_grade", "pim_catalog_simpleselect")
    make_attribute("pack_size", "pim_catalog_simpleselect")
    make_attribute("net_weight", "pim_catalog_metric", default_metric_unit="GRAM")
    make_attribute("ean", unique=True)
    make_family(
        "loose_tea",
        ["name", "origin", "leaf_grade", "pack_size", "pack_shot", "organic", "ean"],
        attribute_as_label="name",
    )
    make_family_variant("loose_tea", "by_grade_size", (["leaf_grade"], ["origin"]), (["pack_size"], []))
