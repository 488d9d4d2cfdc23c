from tests.products.test_zz_probe import *
from tests.products.test_zz_probe import report, tree
from django.test import Client
from limen.connections import rules
from tests.factories.connections import make_connection, token_for
from limen.connections.models import ApiError
from tests.factories.structure import *
for _n in list(globals()):
    if _n.startswith("test_"): del globals()[_n]

def test_help(pim, tree):
    c = Client()
    page = c.get("/help/api.html").content.decode()
    for a in ("post_products_uuid", "patch_products_uuid__uuid_", "post_products", "patch_products__code_", "post_product_models", "patch_product_models__code_"):
        check(a, f'id="{a}"' in page)
    check("sa", 'id="the-search-after-method"' in c.get("/help/pagination.html").content.decode())
    check("pwv", c.get("/help/products-with-variants.html").status_code == 200); check("glossary", "two-way" in c.get("/help/glossary.html").content.decode().lower())

def test_full(pim, tree):
    make_product("a")
    for body in ({"associations": {"NOPE": {"products": []}}, "family": "ghost"}, {"associations": {"COMPATIBLE": {"products": ["a"]}}, "values": {"lumens": value(-1)}}, {"quantified_associations": {"BUNDLEX": {"products": []}, "BUNDLE": {"products": [{"identifier": "zz", "quantity": 0}]}}, "categories": ["x"]}, {"associations": "x", "quantified_associations": 5, "groups": 7}, {"quantified_associations": {"BUNDLE": {"products": [{"identifier": "a", "quantity": "2"}]}}}):
        a = pim.patch("/products/a?validation=full", body); print(a.status_code, [(e["property"], e["limen_code"]) for e in a.json().get("errors", [])])
        check("full shape", a.status_code == 422 and list(a.json()) == ["code", "message", "errors"], a.content)
        a = pim.patch("/product-models/beam?validation=full", {**body}); check("full model", a.status_code == 422 and list(a.json()) == ["code", "message", "errors"], a.content)

def test_stored(db, installed, lamps):
    api = Api(token_for(make_connection(code="erp", flow_type=rules.DATA_SOURCE, auditable=True, role="administrator")))
    make_product("desk-one", "luminaires", {"title": value("Desk one", "en_GB")})
    for body in ({"family": "ghost"}, {"values": {"ghost": value(1)}}, {"categories": ["zz"]}, {"values": {"title": value("x")}}, {"values": {"title": value("x", "xx_XX")}}, {"values": {"title": value("x" * 300, "en_GB")}}, {"values": {"finish": value("gold")}}, {"associations": {"UPSELL": {"products": ["zz"]}}}, {"values": {"lumens": value(-1), "beam_angle": value(-1)}}):
        api.patch("/products/desk-one", body)
    for e in ApiError.objects.order_by("id"):
        d = orjson.loads(e.content); print(json.dumps(d)[:600])
        check("keys", {"type", "message"} <= set(d), list(d)); check("type", d["type"] in ("violation_error", "domain_error"))
        if d["type"] == "violation_error": check("vk", {"property", "message_template", "message_parameters", "product"} <= set(d), list(d))
        check("product", d["product"]["identifier"] == "desk-one" and d["product"]["family"] == "luminaires" and "label" in d["product"], d["product"])
        for doc_ in d.get("documentation", []):
            check("style", doc_["style"] in ("text", "information"))
            for n, p in doc_["parameters"].items():
                check("once", doc_["message"].count("{" + n + "}") == 1); check("ptype", set(p) == ({"type", "href", "title"} if p["type"] == "href" else {"type", "route", "routeParameters", "title"}), p)
