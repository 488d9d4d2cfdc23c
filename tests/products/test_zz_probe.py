from __future__ import annotations
from typing import Any
from uuid import uuid4
import json, orjson, pytest
from datetime import timedelta
from tests.conftest import Api
from tests.factories.products import NOW, change_product, make_product, value
from tests.factories.media import make_media_file
from tests.products.trees import make_model, make_tree, make_variants

FAIL: list[str] = []
N = [0]
def check(name, cond, info=""):
    N[0] += 1
    if not cond:
        FAIL.append(f"{name}: {info}")

@pytest.fixture(autouse=True)
def report():
    FAIL.clear(); N[0] = 0
    yield
    print("PROBES", N[0])
    for one in FAIL: print("FAIL", one)
    assert not FAIL

@pytest.fixture
def tree(pim):
    make_variants()
    return make_tree()

def ask(pim, path, criteria, **params):
    lists = {n: o if isinstance(o, list) else [o] for n, o in criteria.items()}
    return pim.get(path, search=orjson.dumps(lists).decode(), limit="100", **params)

def names(a):
    return [o.get("identifier") or o.get("code") for o in a.json()["_embedded"]["items"]] if a.status_code == 200 else (a.status_code, a.json())

def P(pim, name, op, given=None, **more):
    return names(ask(pim, "/products", {name: {"operator": op, "value": given, **more}}))
def M(pim, name, op, given=None, **more):
    return names(ask(pim, "/product-models", {name: {"operator": op, "value": given, **more}}))
def eq(name, got, want):
    check(name, got == want, f"got {got!r} want {want!r}")
def doc(name, a, frag):
    ok = a.status_code == 422 and list(a.json()) == ["code", "message", "_links"] and a.json()["_links"]["documentation"]["href"].endswith(frag) and a.json()["code"] == 422
    check(name, ok, f"{a.status_code} {a.content[:300]!r}")
def plain(name, a, status):
    check(name, a.status_code == status and list(a.json()) == ["code", "message"] and a.json()["code"] == status, f"{a.status_code} {a.content[:300]!r}")
def val(name, a, *paths):
    ok = a.status_code == 422 and list(a.json()) == ["code", "message", "errors"] and [e["property"] for e in a.json()["errors"]] == list(paths)
    check(name, ok, f"{a.status_code} {a.content[:300]!r}")

A = "api.html#patch_products__code_"

def test_5_1(pim, tree):
    U2 = tree
    ua, ub = make_product("a"), make_product("b")
    p = lambda body, path="/products/a": pim.patch(path, body)
    for n, b in [("null", None), ("5", 5), ("list", ["x"]), ("str", "x")]:
        doc(f"assoc {n}", p({"associations": b}), A)
    for n, t in [("null", None), ("5", 5), ("list", ["x"]), ("empty list", [])]:
        doc(f"type {n}", p({"associations": {"UPSELL": t}}), A)
    for n, t in [("null", None), ("str", "x"), ("obj", {"0": "b"}), ("entry int", [1]), ("entry null", [None]), ("entry list", [["b"]])]:
        for k in ("products", "product_models", "groups"):
            doc(f"{k} {n}", p({"associations": {"UPSELL": {k: t}}}), A)
    doc("ghost model", p({"associations": {"UPSELL": {"product_models": ["ghost"]}}}), A)
    doc("ghost group", p({"associations": {"UPSELL": {"groups": ["ghost"]}}}), A)
    # dup merged
    eq("dups", p({"associations": {"UPSELL": {"products": ["b", "B", "b"], "groups": ["clearance", "CLEARANCE"], "product_models": ["orbit", "ORBIT", "beam"]}}}).status_code, 204)
    eq("dups r", pim.get("/products/a").json()["associations"]["UPSELL"], {"products": ["b"], "product_models": ["beam", "orbit"], "groups": ["clearance"]})
    # type case-insensitive? mention of kinds
    eq("kind", p({"associations": {"UPSELL": {"products": []}}}).status_code, 204)
    eq("kind r", pim.get("/products/a").json()["associations"]["UPSELL"], {"products": [], "product_models": ["beam", "orbit"], "groups": ["clearance"]})
    # unknown keys beside known
    a = p({"associations": {"UPSELL": {"products": ["b"], "things": []}}})
    print("known + unknown key", a.status_code)
    # uuid flavour
    u = lambda body: pim.patch(f"/products-uuid/{ua}", body)
    AU = "api.html#patch_products_uuid__uuid_"
    doc("both", u({"associations": {"UPSELL": {"products": [ub], "product_uuids": [ub]}}}), AU)
    doc("bad uuid", u({"associations": {"UPSELL": {"products": ["abc"]}}}), AU)
    doc("unknown uuid", u({"associations": {"UPSELL": {"products": [str(uuid4())]}}}), AU)
    doc("bad product_uuids", u({"associations": {"UPSELL": {"product_uuids": ["abc"]}}}), AU)
    # two-way with models
    before_b = pim.get("/products/b").json()["updated"]
    eq("tw", p({"associations": {"COMPATIBLE": {"product_models": ["beam"], "products": ["b"], "groups": ["clearance"]}}}).status_code, 204)
    eq("tw model", pim.get("/product-models/beam").json()["associations"]["COMPATIBLE"]["products"], ["a"])
    check("tw updated b", pim.get("/products/b").json()["updated"] != before_b)
    eq("tw model removes", pim.patch("/product-models/beam", {"associations": {"COMPATIBLE": {"products": []}}}).status_code, 204)
    eq("tw a", pim.get("/products/a").json()["associations"]["COMPATIBLE"], {"products": ["b"], "product_models": [], "groups": ["clearance"]})
    # model→model two way
    eq("tw mm", pim.patch("/product-models/beam", {"associations": {"COMPATIBLE": {"product_models": ["orbit"]}}}).status_code, 204)
    eq("tw mm r", pim.get("/product-models/orbit").json()["associations"]["COMPATIBLE"]["product_models"], ["beam"])
    eq("tw mm variant inherits", pim.get("/products/orbit-brass-s").json()["associations"]["COMPATIBLE"]["product_models"], ["beam"])
    a = pim.patch("/product-models/beam", {"associations": {"COMPATIBLE": {"product_models": ["BEAM"]}}})
    check("tw self model", a.status_code == 422 and "glossary" in str(a.content), a.content)
    a = pim.patch("/product-models/beam", {"associations": {"UPSELL": {"product_models": ["beam"]}}})
    eq("self model oneway", a.status_code, 204)
    # models flavour anchors
    doc("model nope", pim.patch("/product-models/beam", {"associations": {"NOPE": {"products": []}}}), "api.html#patch_product_models__code_")
    # create with self two-way via POST
    a = pim.post("/products", {"identifier": "self1", "associations": {"COMPATIBLE": {"products": ["self1"]}}})
    print("self in create", a.status_code, a.content[:200])
    a = pim.post("/products", {"identifier": "self2", "associations": {"UPSELL": {"products": ["self2"]}}})
    print("self oneway in create", a.status_code, a.content[:200])
    nu = str(uuid4())
    a = pim.post("/products-uuid", {"uuid": nu, "associations": {"COMPATIBLE": {"products": [nu]}}})
    print("self uuid in create", a.status_code, a.content[:200])
    # deleted target
    make_product("gone"); p({"associations": {"UPSELL": {"products": ["gone"]}}})
    pim.delete("/products/gone")
    eq("gone", pim.get("/products/a").json()["associations"]["UPSELL"]["products"], [])
    # Group rendering
    # inheritance 5.3
    pim.patch("/product-models/orbit", {"associations": {"UPSELL": {"products": ["b"], "groups": ["clearance"]}}})
    pim.patch("/products/orbit-brass-s", {"associations": {"UPSELL": {"products": ["b", "a"]}}})
    eq("union", pim.get("/products/orbit-brass-s").json()["associations"]["UPSELL"], {"products": ["a", "b"], "product_models": [], "groups": ["clearance"]})
    pim.patch("/products/orbit-brass-s", {"associations": {"UPSELL": {"products": []}}})
    eq("inh stays", pim.get("/products/orbit-brass-s").json()["associations"]["UPSELL"]["products"], ["b"])
    pim.patch("/product-models/orbit", {"associations": {"UPSELL": {"products": []}}})
    eq("own not stored", pim.get("/products/orbit-brass-s").json()["associations"]["UPSELL"]["products"], [])

def test_5_2(pim, tree):
    ua, ub = make_product("a"), make_product("b")
    q = lambda body, path="/products/a": pim.patch(path, {"quantified_associations": body})
    for n, b in [("null", None), ("5", 5), ("list", ["x"])]:
        doc(f"q {n}", q(b), A)
    for n, b in [("null", None), ("5", 5), ("list", ["x"])]:
        doc(f"q type {n}", q({"BUNDLE": b}), A)
    for n, b in [("null", None), ("5", 5), ("obj", {"0": {}})]:
        doc(f"q list {n}", q({"BUNDLE": {"products": b}}), A)
    for n, b in [("null", None), ("str", "b"), ("list", []), ("noq", {"identifier": "b"}), ("noid", {"quantity": 1}), ("q null", {"identifier": "b", "quantity": None}), ("q true", {"identifier": "b", "quantity": True}), ("q 2.0", {"identifier": "b", "quantity": 2.0}), ("id int", {"identifier": 1, "quantity": 1}), ("id list", {"identifier": ["b"], "quantity": 1}), ("uuid int", {"uuid": 1, "quantity": 1}), ("uuid bad", {"uuid": "x", "quantity": 1})]:
        doc(f"q link {n}", q({"BUNDLE": {"products": [b]}}), A)
        if "uuid" not in n: doc(f"q mlink {n}", q({"BUNDLE": {"product_models": [b]}}), A)
    val("q -1", q({"BUNDLE": {"products": [{"identifier": "b", "quantity": -1}]}}), "quantifiedAssociations.BUNDLE.products[0].quantity")
    val("q m 0", q({"BUNDLE": {"product_models": [{"identifier": "beam", "quantity": 1}, {"identifier": "orbit", "quantity": 0}]}}), "quantifiedAssociations.BUNDLE.product_models[1].quantity")
    val("q umodel", q({"BUNDLE": {"product_models": [{"identifier": "x", "quantity": 1}]}}), "quantifiedAssociations.BUNDLE.product_models")
    a = q({"BUNDLE": {"products": [{"identifier": "x1", "quantity": 1}, {"identifier": "x2", "quantity": 1}]}})
    val("q unk", a, "quantifiedAssociations.BUNDLE.products")
    check("q lists", "x1" in a.json()["errors"][0]["message"] and "x2" in a.json()["errors"][0]["message"])
    val("q plain", q({"UPSELL": {"products": [{"identifier": "b", "quantity": 1}]}}), "quantifiedAssociations.UPSELL")
    val("q group", q({"BUNDLE": {"groups": []}}), "quantifiedAssociations.BUNDLE")
    eq("max", q({"BUNDLE": {"products": [{"identifier": "b", "quantity": 2147483647}]}}).status_code, 204)
    eq("uuid wins", q({"BUNDLE": {"products": [{"identifier": "ghost", "uuid": ub, "quantity": 2}]}}).status_code, 204)
    eq("r", pim.get("/products/a").json()["quantified_associations"], {"BUNDLE": {"products": [{"identifier": "b", "quantity": 2}], "product_models": []}})
    eq("code accepted", q({"BUNDLE": {"product_models": [{"code": "beam", "quantity": 2}]}}).status_code, 204)
    eq("r2", pim.get("/products/a").json()["quantified_associations"], {"BUNDLE": {"products": [{"identifier": "b", "quantity": 2}], "product_models": [{"identifier": "beam", "quantity": 2}]}})
    eq("identifier in uuid flavour", pim.patch(f"/products-uuid/{ua}", {"quantified_associations": {"BUNDLE": {"products": [{"identifier": "b", "quantity": 3}]}}}).status_code, 204)
    eq("r3", pim.get(f"/products-uuid/{ua}").json()["quantified_associations"]["BUNDLE"]["products"], [{"uuid": ub, "quantity": 3}])
    eq("empty obj", q({}).status_code, 204); eq("empty type", q({"BUNDLE": {}}).status_code, 204)
    eq("r4", pim.get(f"/products-uuid/{ua}").json()["quantified_associations"]["BUNDLE"]["products"], [{"uuid": ub, "quantity": 3}])
    # 100 links products+models
    pim.bulk("/products", [{"identifier": f"p{i}"} for i in range(99)])
    links = [{"identifier": f"p{i}", "quantity": 1} for i in range(99)]
    eq("100 mix", q({"BUNDLE": {"products": links}}).status_code, 204)
    val("101 mix", q({"BUNDLE": {"product_models": [{"identifier": "beam", "quantity": 1}, {"identifier": "orbit", "quantity": 1}]}}), "quantifiedAssociations.BUNDLE")
    # inheritance
    pim.patch("/product-models/orbit", {"quantified_associations": {"BUNDLE": {"products": [{"identifier": "a", "quantity": 2}]}}})
    pim.patch("/products/orbit-brass-s", {"quantified_associations": {"BUNDLE": {"products": [{"identifier": "a", "quantity": 3}]}}})
    eq("ov", pim.get("/products/orbit-brass-s").json()["quantified_associations"]["BUNDLE"]["products"], [{"identifier": "a", "quantity": 3}])
    pim.patch("/product-models/orbit_brass", {"quantified_associations": {"BUNDLE": {"products": [{"identifier": "a", "quantity": 5}]}}})
    eq("ov2", pim.get("/products/orbit-brass-s").json()["quantified_associations"]["BUNDLE"]["products"], [{"identifier": "a", "quantity": 3}])
    eq("ov3", pim.get("/product-models/orbit_brass").json()["quantified_associations"]["BUNDLE"]["products"], [{"identifier": "a", "quantity": 5}])
    pim.patch("/products/orbit-brass-s", {"quantified_associations": {"BUNDLE": {"products": [{"identifier": "a", "quantity": 5}]}}})
    pim.patch("/product-models/orbit_brass", {"quantified_associations": {"BUNDLE": {"products": []}}})
    eq("back", pim.get("/products/orbit-brass-s").json()["quantified_associations"]["BUNDLE"]["products"], [{"identifier": "a", "quantity": 2}])

def test_5_4(pim, tree):
    make_product("a")
    p = lambda body: pim.patch("/products/a", body)
    for prop in ("categories", "groups"):
        for n, b in [("null", None), ("str", "x"), ("int", 4), ("obj", {"a": "lamps"}), ("el int", [1]), ("el null", [None]), ("el list", [["x"]]), ("unknown", ["ghost"])]:
            doc(f"{prop} {n}", p({prop: b}), A)
    for n, b in [("list", []), ("obj", {}), ("list1", ["luminaires"]), ("int", 1), ("true", True), ("unknown", "ghost"), ("float", 1.5)]:
        doc(f"family {n}", p({"family": b}), A)
    for n, b in [("null", None), ("true", "true"), ("yes", "yes"), ("2", 2), ("list", []), ("empty", ""), ("1.0", 1.5), ("-1", -1)]:
        doc(f"enabled {n}", p({"enabled": b}), A)
    for b, w in [("0", False), ("1", True), (0, False), (1, True), (False, False), (True, True)]:
        eq(f"en {b!r}", p({"enabled": b}).status_code, 204); eq(f"en r {b!r}", pim.get("/products/a").json()["enabled"], w)
    for n, b in [("list", []), ("obj", {}), ("list1", ["orbit"])]:
        doc(f"parent {n}", p({"parent": b}), A)
    eq("dup cat", p({"categories": ["lamps", "LAMPS", "lamps"], "groups": ["clearance", "clearance"]}).status_code, 204)
    j = pim.get("/products/a").json()
    eq("dup cat r", (j["categories"], j["groups"]), (["lamps"], ["clearance"]))
    doc("variant_group", p({"variant_group": "x"}), "products-with-variants.html")
    doc("variant_group null", p({"variant_group": None}), "products-with-variants.html")
    print("m enabled", pim.patch("/product-models/beam", {"enabled": True}).content[:200], pim.patch("/product-models/beam", {"groups": []}).content[:200])

def q422(pim, name, crit, paths=("/products", "/products-uuid"), status=422, **params):
    for path in paths:
        a = pim.get(path, search=orjson.dumps(crit).decode(), **params)
        plain(f"{name} {path} {crit}", a, status)
ALL = ("/products", "/products-uuid", "/product-models")

def test_6_1(pim, tree):
    for t in ["abc", '"x"', "12", "null", "true", "[1]", "{", "nope{}"]:
        plain(f"json {t}", pim.get("/products", search=t), 400); plain(f"json {t}", pim.get("/products-uuid", search=t), 400); plain(f"json m {t}", pim.get("/product-models", search=t), 422)
    for b in [{}, "x", None, 1, [], ["x"], [1], [None], [[]]]:
        q422(pim, "structure", {"title": b}, ALL); q422(pim, "structure", {"identifier": b}, ALL)
        q422(pim, "structure", {"family": b}, ALL)
    q422(pim, "nooperator", {"title": [{"value": "x"}]}, ALL)
    for op in [1, None, [], {}, True]:
        q422(pim, "op", {"title": [{"operator": op, "value": "x"}]}, ALL)
    for n in ["ghost", "Family", "CATEGORIES", "Uuid", "", "readiness2", "parent_", "type", "associations"]:
        q422(pim, "unknown", {n: [{"operator": "=", "value": "x"}]}, ("/products", "/product-models"), 404)
        q422(pim, "unknown", {n: [{"operator": "=", "value": "x"}]}, ("/products-uuid",), 422)
    q422(pim, "code on products", {"code": [{"operator": "=", "value": "x"}]}, ("/products",), 404)
    for n in ["readiness", "readiness_by_channel"]:
        q422(pim, "readiness", {n: [{"operator": "=", "value": 1, "scope": "webshop", "locale": "en_GB"}]}, ALL)
    ops = ["STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!=", "IN", "NOT IN", "EMPTY", "NOT EMPTY", "<", "<=", ">", ">=", "BETWEEN", "NOT BETWEEN", "SINCE LAST N DAYS", "IN CHILDREN", "UNCLASSIFIED", "ALL COMPLETE", "in", "empty", "= ", "LIKE", "EMPTY ON ALL CURRENCIES", "EMPTY FOR CURRENCY"]
    allowed = {
     "uuid": {"IN", "NOT IN"}, "identifier": {"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!=", "IN", "NOT IN", "EMPTY", "NOT EMPTY"},
     "family": {"IN", "NOT IN", "IN CHILDREN", "EMPTY", "NOT EMPTY"}, "categories": {"IN", "NOT IN", "IN CHILDREN", "UNCLASSIFIED", "NOT EMPTY"},
     "groups": {"IN", "NOT IN", "EMPTY", "NOT EMPTY"}, "enabled": {"=", "!="}, "parent": {"=", "IN", "EMPTY", "NOT EMPTY"},
     "created": {"=", "!=", "<", ">", "BETWEEN", "NOT BETWEEN", "SINCE LAST N DAYS", "EMPTY", "NOT EMPTY"}, "updated": {"=", "!=", "<", ">", "BETWEEN", "NOT BETWEEN", "SINCE LAST N DAYS", "EMPTY", "NOT EMPTY"},
     "quality_score": {"IN"}, "completeness": {"=", "!=", "<", ">", "<=", ">=", "EMPTY"},
     "tagline": {"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!=", "IN", "NOT IN", "EMPTY", "NOT EMPTY"},
     "lumens": {"<", "<=", "=", "!=", ">=", ">", "EMPTY", "NOT EMPTY"}, "net_weight": {"<", "<=", "=", "!=", ">=", ">", "EMPTY", "NOT EMPTY"},
     "list_price": {"<", "<=", "=", "!=", ">=", ">", "EMPTY", "NOT EMPTY", "EMPTY ON ALL CURRENCIES", "EMPTY FOR CURRENCY"},
     "finish": {"IN", "NOT IN", "EMPTY", "NOT EMPTY"}, "materials": {"IN", "NOT IN", "EMPTY", "NOT EMPTY"},
     "dimmable": {"=", "!=", "EMPTY", "NOT EMPTY"}, "hero_image": {"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!=", "EMPTY", "NOT EMPTY"},
     "datasheet": {"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!=", "EMPTY", "NOT EMPTY"},
     "launch_on": {"=", "!=", "<", ">", "BETWEEN", "NOT BETWEEN", "EMPTY", "NOT EMPTY"},
    }
    good = {"uuid": ["x"], "family": ["luminaires"], "categories": ["lamps"], "groups": ["clearance"], "quality_score": ["A"], "finish": ["Brass"], "materials": ["oak"], "net_weight": {"amount": 1, "unit": "GRAM"}, "list_price": {"amount": 1, "currency": "EUR"}, "dimmable": True, "enabled": True, "completeness": 50, "lumens": 5}
    for n, al in allowed.items():
        for op in ops:
            v = good.get(n, "x")
            if op in ("IN", "NOT IN") and not isinstance(v, list): v = ["x"]
            if n in ("created", "updated", "launch_on"):
                d = "2025-01-01" if n == "launch_on" else "2025-01-01 00:00:00"
                v = [d, d] if "BETWEEN" in op else 4 if "DAYS" in op else d
            more = {"scope": "webshop"} if n in ("launch_on", "completeness", "quality_score") else {}
            if n == "quality_score": more["locale"] = "en_GB"
            c = {n: [{"operator": op, "value": v, **more}]}
            if op in al:
                a = pim.get("/products-uuid", search=orjson.dumps(c).decode()); check(f"allowed {c}", a.status_code == 200, a.content[:200])
            else:
                q422(pim, "not allowed", c)
    for loc in [1, [], {}, True]:
        q422(pim, "locale type", {"title": [{"operator": "=", "value": "x", "locale": loc}]}, ALL)
        q422(pim, "locale type", {"completeness": [{"operator": "=", "value": 5, "scope": "webshop", "locale": loc}]}, ("/products",))
    for n in ["title", "family", "updated", "quality_score"]:
        q422(pim, "locales", {n: [{"operator": "EMPTY", "locales": ["en_GB"]}]}, ALL)
    for b in ["en_GB", 1, {}, [1]]:
        q422(pim, "locales t", {"completeness": [{"operator": "GREATER THAN ON ALL LOCALES", "value": 5, "scope": "webshop", "locales": b}]})
    for loc in ["it_IT", "xx_XX", "nope"]:
        q422(pim, "unk loc", {"title": [{"operator": "=", "value": "x", "locale": loc}]}, ALL)
        q422(pim, "unk loc nonlocal", {"tagline": [{"operator": "=", "value": "x", "locale": loc}]}, ALL)
        q422(pim, "unk loc prop", {"family": [{"operator": "EMPTY", "locale": loc}]}, ALL)
        q422(pim, "unk locs", {"completeness": [{"operator": "GREATER THAN ON ALL LOCALES", "value": 5, "scope": "webshop", "locales": ["en_GB", loc]}]})
        for path in ALL: plain(f"search_locale {loc} {path}", pim.get(path, search_locale=loc), 422)
    q422(pim, "no loc", {"title": [{"operator": "EMPTY"}]}, ALL)
    q422(pim, "no loc blurb", {"blurb": [{"operator": "EMPTY", "scope": "webshop"}]}, ALL)
    q422(pim, "no scope", {"launch_on": [{"operator": "EMPTY"}]}, ALL)
    q422(pim, "unk scope", {"launch_on": [{"operator": "EMPTY", "scope": "xx"}]}, ALL)
    q422(pim, "unk scope ss", {"launch_on": [{"operator": "EMPTY"}]}, ALL, search_scope="xx")
    q422(pim, "scope type", {"launch_on": [{"operator": "EMPTY", "scope": 3}]}, ALL)
    make_product("a", "luminaires", {"tagline": "Warm", "title": value("Léger", "en_GB"), "warranty_note": value("x", "de_DE")})
    eq("ignored", P(pim, "tagline", "=", "warm", locale="de_DE", scope="nope"), ["a"])
    eq("ignored", P(pim, "title", "=", "LÉGER", locale="en_GB", scope="nope"), ["a"])
    eq("attr code case", P(pim, "TAGLINE", "=", "warm"), ["a"])
    eq("search scope/locale", names(ask(pim, "/products", {"title": {"operator": "=", "value": "léger"}}, search_locale="en_GB")), ["a"])
    eq("own locale wins", names(ask(pim, "/products", {"title": {"operator": "=", "value": "léger", "locale": "en_GB"}}, search_locale="de_DE")), ["a"])
    # locale-specific
    for op, v in [("=", "x"), ("!=", "y"), ("CONTAINS", "x"), ("DOES NOT CONTAIN", "y"), ("IN", ["x"]), ("NOT IN", ["y"]), ("EMPTY", None), ("NOT EMPTY", None)]:
        eq(f"locale-specific {op}", P(pim, "warranty_note", op, v, locale="en_GB"), [])
    pim.patch("/families/luminaires", {"attributes": ["warranty_note"] + [x for x in pim.get("/families/luminaires").json()["attributes"]]})
    for op in ("EMPTY", "NOT EMPTY"):
        eq(f"locale-specific with family {op}", P(pim, "warranty_note", op, None, locale="en_GB"), [])
    # property wins: an attribute called family
    pim.patch("/attributes/enabled", {"type": "pim_catalog_text", "group": "other"})
    # AND
    eq("and", names(ask(pim, "/products", {"tagline": [{"operator": "=", "value": "warm"}, {"operator": "!=", "value": "cold"}], "family": {"operator": "IN", "value": ["luminaires"]}, "enabled": {"operator": "=", "value": True}})), ["a", "orbit-brass-s"][:1])

def test_6_2_to_6_4(pim, tree):
    S = lambda *a: make_product(*a)
    make_product("a", "luminaires", {"tagline": "  Spaced ", "blurb": value("<p>A&amp;B <br/>&eacute;t&eacute;</p>\n<script>x</script>", "en_GB", "webshop")})
    make_product("b", None, {"tagline": "100% *pure_"})
    make_product("c")
    eq("= raw", P(pim, "tagline", "=", "  spaced "), ["a"]); eq("= trim", P(pim, "tagline", "=", "spaced"), [])
    eq("*", P(pim, "tagline", "CONTAINS", "% *P"), ["b"]); eq("_", P(pim, "tagline", "STARTS WITH", "100_"), []); eq("bs", P(pim, "tagline", "CONTAINS", "\\"), [])
    W = {"locale": "en_GB", "scope": "webshop"}
    eq("html", P(pim, "blurb", "CONTAINS", "a&b ", **W), ["a"]); eq("ent", P(pim, "blurb", "CONTAINS", "ÉTÉ", **W), ["a"])
    # negatives need value
    for op, v in [("!=", "x"), ("DOES NOT CONTAIN", "x"), ("NOT IN", ["x"])]:
        eq(f"neg {op}", P(pim, "tagline", op, v), ["a", "b"])
    eq("neg lum", P(pim, "lumens", "!=", 5), [])
    # NOT IN
    make_product("f", None, {"finish": "white"})
    eq("notin opt", P(pim, "finish", "NOT IN", ["white"]), ["a", "b", "c", "orbit-brass-s"])
    eq("notin multi", P(pim, "materials", "NOT IN", ["oak"]), ["a", "b", "c", "f", "orbit-brass-s"])
    eq("notin group", P(pim, "groups", "NOT IN", ["clearance"]), ["a", "b", "c", "f", "orbit-brass-s"])
    eq("notin fam", P(pim, "family", "NOT IN", ["luminaires"]), ["b", "c", "f"])
    eq("notin cat", P(pim, "categories", "NOT IN", ["lamps"]), ["a", "b", "c", "f"])
    nn = make_product(None)
    a = ask(pim, "/products-uuid", {"identifier": {"operator": "NOT IN", "value": ["a"]}}); check("notin ident null", all(i["uuid"] != nn for i in a.json()["_embedded"]["items"]))
    a = ask(pim, "/products-uuid", {"identifier": {"operator": "!=", "value": "a"}}); check("!= ident null", all(i["uuid"] != nn for i in a.json()["_embedded"]["items"]))
    a = ask(pim, "/products-uuid", {"identifier": {"operator": "DOES NOT CONTAIN", "value": "a"}}); check("dnc ident null", all(i["uuid"] != nn for i in a.json()["_embedded"]["items"]))
    for n in ("sku",):
        a = ask(pim, "/products-uuid", {n: {"operator": "EMPTY"}}); check("sku empty", a.status_code == 200 and [i["uuid"] for i in a.json()["_embedded"]["items"]] == [nn], a.content[:300])
    # gtin: secondary identifier
    make_product("g", None, {"gtin": "G-1"})
    eq("gtin", P(pim, "gtin", "IN", ["g-1"]), ["g"]); eq("gtin notin", P(pim, "gtin", "NOT IN", ["x"]), ["g"]); eq("gtin empty", P(pim, "gtin", "EMPTY"), []); eq("gtin sw", P(pim, "gtin", "STARTS WITH", "g"), ["g"])
    # EMPTY for models: attribute must belong
    eq("models EMPTY tagline", M(pim, "tagline", "EMPTY"), ["beam", "orbit_brass"])
    eq("models EMPTY lumens (variant level)", M(pim, "lumens", "EMPTY"), [])
    eq("models EMPTY net_weight", M(pim, "net_weight", "EMPTY"), [])
    eq("models EMPTY finish", M(pim, "finish", "EMPTY"), ["beam"])
    eq("models NOT EMPTY title", M(pim, "title", "NOT EMPTY", locale="en_GB"), ["orbit", "orbit_brass"])
    # 6.3
    for v in ["x", None, {}, [1], [None], [["x"]], 5]:
        q422(pim, "uuid", {"uuid": [{"operator": "IN", "value": v}]}); q422(pim, "ident", {"identifier": [{"operator": "IN", "value": v}]}, ALL); q422(pim, "ident", {"identifier": [{"operator": "NOT IN", "value": v}]}, ALL)
        q422(pim, "fam", {"family": [{"operator": "IN", "value": v}]}, ALL); q422(pim, "cat", {"categories": [{"operator": "IN CHILDREN", "value": v}]}, ALL); q422(pim, "grp", {"groups": [{"operator": "IN", "value": v}]})
        q422(pim, "parent", {"parent": [{"operator": "IN", "value": v}]}, ALL); q422(pim, "finish", {"finish": [{"operator": "IN", "value": v}]}, ALL)
        q422(pim, "gtin", {"gtin": [{"operator": "IN", "value": v}]}, ALL); q422(pim, "tag", {"tagline": [{"operator": "IN", "value": v}]}, ALL)
    for op in ("STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!="):
        for v in [None, 1, [], ["x"], {}, True]:
            q422(pim, "ident", {"identifier": [{"operator": op, "value": v}]}, ALL); q422(pim, "tag", {"tagline": [{"operator": op, "value": v}]}, ALL)
            q422(pim, "img", {"hero_image": [{"operator": op, "value": v}]}, ALL); q422(pim, "gtin", {"gtin": [{"operator": op, "value": v}]}, ALL)
    for n in ("family", "categories", "groups"):
        for op in ("IN", "NOT IN"):
            q422(pim, "unk", {n: [{"operator": op, "value": ["nope"]}]})
    q422(pim, "unk", {"categories": [{"operator": "IN OR UNCLASSIFIED", "value": ["nope"]}]}, ALL)
    eq("uncl ignored value", P(pim, "categories", "UNCLASSIFIED", "whatever"), ["a", "b", "c", "f", "g"])
    for v in ["true", 1, 0, None, "1", []]:
        q422(pim, "enabled", {"enabled": [{"operator": "=", "value": v}]}); q422(pim, "dimm", {"dimmable": [{"operator": "!=", "value": v}]}, ALL)
    for v in [None, 1, ["orbit"], {}]:
        q422(pim, "parent =", {"parent": [{"operator": "=", "value": v}]}, ALL)
    eq("parent =", P(pim, "parent", "=", "orbit"), ["orbit-brass-s"]); eq("parent in", P(pim, "parent", "IN", ["orbit"]), []); eq("pe", P(pim, "parent", "NOT EMPTY"), ["orbit-brass-s"])
    eq("IN 100 models ok", ask(pim, "/product-models", {"identifier": {"operator": "IN", "value": [f"p{i}" for i in range(150)]}}).status_code, 200)
    for path in ("/products", "/products-uuid"):
        plain("101", ask(pim, path, {"identifier": {"operator": "IN", "value": [f"p{i}" for i in range(101)]}}), 400)
        plain("101 sku", ask(pim, path, {"sku": {"operator": "IN", "value": [f"p{i}" for i in range(101)]}}), 400)
        eq("NOT IN 101", ask(pim, path, {"identifier": {"operator": "NOT IN", "value": [f"p{i}" for i in range(101)]}}).status_code, 200)
        eq("ext", pim.get(path, search=orjson.dumps({"identifier": [{"operator": "IN", "value": [f"p{i}" for i in range(1000)]}]}).decode(), headers={"Limen-Limits": "extended"}).status_code, 200)
    # quality
    for v in ["A", ["Z"], [], [6], [0], None, ["a"], [True], [1.0]]:
        q422(pim, "qs", {"quality_score": [{"operator": "IN", "value": v, "scope": "webshop", "locale": "en_GB"}]})
    q422(pim, "qs", {"quality_score": [{"operator": "IN", "value": ["A"], "scope": "webshop"}]}); q422(pim, "qs", {"quality_score": [{"operator": "IN", "value": ["A"], "locale": "en_GB"}]})
    q422(pim, "qs", {"quality_score": [{"operator": "IN", "value": ["A"], "scope": "nope", "locale": "en_GB"}]})
    # linked
    q422(pim, "linked type alone", {"updated_including_linked_type": [{"operator": "IN", "value": ["asset"]}]})
    eq("linked", names(ask(pim, "/products", {"updated_including_linked_type": {"operator": "IN", "value": ["asset"]}, "updated_including_linked_entities": {"operator": "SINCE LAST N DAYS", "value": 9999}}))[:1], ["a"])
    # 6.4
    for n in ("updated", "created"):
        for op in ("=", "!=", "<", ">"):
            for v in ["2025-01-01", None, 5, "", "2025-13-01 00:00:00", "2025-02-30 00:00:00", "2025-01-01 25:00:00", "now", ["2025-01-01 00:00:00"], "2025-01-01T00:00:00", "2025-1-1 00:00:00", "2025-01-01 00:00"]:
                q422(pim, "m", {n: [{"operator": op, "value": v}]}, ALL)
        for op in ("BETWEEN", "NOT BETWEEN"):
            for v in ["2025-01-01 00:00:00", None, [], ["2025-01-01 00:00:00"], ["2025-01-01 00:00:00"] * 3, ["2025-01-01", "2025-01-02"], [1, 2]]:
                q422(pim, "mb", {n: [{"operator": op, "value": v}]}, ALL)
        for v in ["4", None, 4.0, 1.5, True, [4], -1]:
            q422(pim, "since", {n: [{"operator": "SINCE LAST N DAYS", "value": v}]}, ALL)
        for v in ["job", 1, None]:
            q422(pim, "sincejob", {n: [{"operator": "SINCE LAST JOB", "value": v}]}, ALL)
        eq("ne", len(P(pim, n, "NOT EMPTY")), 6); eq("e", P(pim, n, "EMPTY"), [])
        eq("Z", len(P(pim, n, ">", "2020-01-01T00:00:00Z")), 6)
        eq("incl", len(P(pim, n, "BETWEEN", ["2026-03-02 10:00:00", "2026-03-02 10:00:00"])), 6)

def test_6_5_to_6_7(pim, tree):
    make_product("a", "luminaires", {"title": value("x", "en_GB")}); make_product("c")
    C = lambda **k: {"completeness": [k]}
    for op in ("=", "!=", "<", "<=", ">", ">="):
        q422(pim, "c noscope", C(operator=op, value=50)); q422(pim, "c scope", C(operator=op, value=50, scope="nope"))
        for v in [None, "x", [], [50], {}, True, ""]:
            q422(pim, f"c val", C(operator=op, value=v, scope="webshop"))
        q422(pim, "c scope int", C(operator=op, value=50, scope=1))
        eq("numeric str", ask(pim, "/products", {"completeness": {"operator": op, "value": "50", "scope": "webshop"}}).status_code, 200)
    for w in ("GREATER THAN", "GREATER OR EQUALS THAN", "LOWER THAN", "LOWER OR EQUALS THAN"):
        op = w + " ON ALL LOCALES"
        q422(pim, "c noloc", C(operator=op, value=50, scope="webshop")); q422(pim, "c emptyloc", C(operator=op, value=50, scope="webshop", locales=[])); q422(pim, "c noscope", C(operator=op, value=50, locales=["en_GB"]))
        q422(pim, "c locale instead", C(operator=op, value=50, scope="webshop", locale="en_GB"))
    for w in ("EQUALS", "NOT EQUALS"):
        q422(pim, "c", C(operator=w + " ON ALL LOCALES", value=50, scope="webshop", locales=["en_GB"]))
    eq("at least locales", P(pim, "completeness", "EQUALS ON AT LEAST ONE LOCALE", 50, scope="webshop", locales=["de_DE"]), [])
    eq("at least locales", P(pim, "completeness", "EQUALS ON AT LEAST ONE LOCALE", 50, scope="webshop", locales=["en_GB"]), ["a"])
    eq("at least nolocales", P(pim, "completeness", "EQUALS ON AT LEAST ONE LOCALE", 50, scope="webshop"), ["a"] )
    eq("empty", P(pim, "completeness", "EMPTY"), ["c"])
    eq("search_locale as locale", names(ask(pim, "/products", {"completeness": {"operator": "=", "value": 50, "scope": "webshop"}}, search_locale="de_DE")), [])
    eq("search_scope", names(ask(pim, "/products", {"completeness": {"operator": "=", "value": 50}}, search_scope="webshop")), ["a"])
    eq("locale not of channel", P(pim, "completeness", "=", 100, scope="print", locale="de_DE"), [])
    eq("!= all equal", P(pim, "completeness", "!=", 100, scope="print"), [])
    eq("!= ", P(pim, "completeness", "!=", 50, scope="webshop"), ["a", "orbit-brass-s"])
    # models
    for op in ("AT LEAST COMPLETE", "AT LEAST INCOMPLETE", "ALL COMPLETE", "ALL INCOMPLETE"):
        q422(pim, "mc", C(operator=op), ("/product-models",)); q422(pim, "mc", C(operator=op, scope="webshop"), ("/product-models",)); q422(pim, "mc", C(operator=op, locale="en_GB"), ("/product-models",)); q422(pim, "on products", C(operator=op, scope="webshop", locale="en_GB"))
    q422(pim, "mc empty", C(operator="EMPTY"), ("/product-models",))
    # 6.6
    for n in ("enabled", "groups", "uuid"):
        q422(pim, "m", {n: [{"operator": "EMPTY"}]}, ("/product-models",))
    eq("mfam", M(pim, "family", "EMPTY"), []); eq("mfam", M(pim, "family", "NOT EMPTY"), ["beam", "orbit", "orbit_brass"])
    eq("mfam ch", M(pim, "family", "IN CHILDREN", ["luminaires"]), ["beam", "orbit", "orbit_brass"])
    eq("mpar", M(pim, "parent", "IN", ["orbit"]), ["orbit_brass"])
    eq("mcat", M(pim, "categories", "IN CHILDREN", ["shop"]), ["orbit", "orbit_brass"])
    eq("m sku", M(pim, "sku", "NOT EMPTY"), [])
    # 6.7
    for op in ("<", "<=", "=", "!=", ">=", ">"):
        for v in [None, "x", [], {}, True, "", [5], "1,5", "NaN", "Infinity", "1e400"]:
            q422(pim, "num", {"lumens": [{"operator": op, "value": v}]}, ALL)
        for v in [None, 5, "x", [], {}, {"amount": 1}, {"unit": "GRAM"}, {"amount": 1, "unit": "NOPE"}, {"amount": "x", "unit": "GRAM"}, {"amount": None, "unit": "GRAM"}, {"amount": 1, "unit": 5}, {"amount": 1, "unit": "METER"}, {"amount": [1], "unit": "GRAM"}]:
            q422(pim, "metric", {"net_weight": [{"operator": op, "value": v}]}, ALL)
        for v in [None, 5, "x", [], {}, {"amount": 1}, {"currency": "EUR"}, {"amount": 1, "currency": "XAU"}, {"amount": 1, "currency": "NOPE"}, {"amount": "x", "currency": "EUR"}, {"amount": None, "currency": "EUR"}, {"amount": 1, "currency": 5}]:
            q422(pim, "price", {"list_price": [{"operator": op, "value": v}]}, ALL)
    for op in ("EMPTY FOR CURRENCY", "NOT EMPTY FOR CURRENCY"):
        for v in [None, "EUR", {}, {"currency": "XAU"}, {"currency": None}, ["EUR"]]:
            q422(pim, "pricec", {"list_price": [{"operator": op, "value": v}]}, ALL)
    for n in ("lumens", "net_weight", "list_price", "finish", "materials", "dimmable", "tagline", "hero_image"):
        for op in ("EMPTY", "NOT EMPTY"):
            for v in ["junk", 5, None, {"a": 1}]:
                eq(f"{n} {op} ignored", ask(pim, "/products", {n: {"operator": op, "value": v}}).status_code, 200)
    L = {"scope": "print"}
    for op in ("=", "!=", "<", ">"):
        for v in [None, 5, "x", [], "2025-13-01", "2025-02-30", "01/02/2025", "", "+3", "+3 days ago", "3 days", "NOW", "yesterday", ["2025-01-01"], "2025-01-01 00:00:00"]:
            q422(pim, "date", {"launch_on": [{"operator": op, "value": v, **L}]}, ALL)
        for v in ["now", "+3 days", "-2 weeks", "+1 month", "-1 year", "+1 day", "2025-01-01", "2025-01-01T10:00:00+00:00", "2025-01-01T10:00:00"]:
            eq(f"date ok {op} {v}", ask(pim, "/products", {"launch_on": {"operator": op, "value": v, **L}}).status_code, 200)
    for op in ("BETWEEN", "NOT BETWEEN"):
        for v in [None, "2025-01-01", ["2025-01-01"], ["now", "+3 days"], ["2025-01-01"] * 3, [1, 2], {}]:
            q422(pim, "dateb", {"launch_on": [{"operator": op, "value": v, **L}]}, ALL)
    # options unknown
    for n in ("finish", "materials"):
        for op in ("IN", "NOT IN"):
            q422(pim, "opt", {n: [{"operator": op, "value": ["nope"]}]}, ALL)
    # file
    code = make_media_file("Ürbit*1.PNG").code
    make_product("h", None, {"hero_image": code})
    eq("file", P(pim, "hero_image", "=", "ürbit*1.png"), ["h"]); eq("file", P(pim, "hero_image", "CONTAINS", "T*1"), ["h"]); eq("file", P(pim, "hero_image", "STARTS WITH", "*"), []); eq("file", P(pim, "hero_image", "DOES NOT CONTAIN", "x"), ["h"]); eq("file", P(pim, "hero_image", "!=", "x"), ["h"])
