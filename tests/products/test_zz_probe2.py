from tests.products.test_zz_probe import *
from tests.products.test_zz_probe import report, tree
from limen.accounts.rules import SYSTEM
from limen.structure import operations as structure
from tests.factories.jobs import do_jobs

for _n in list(globals()):
    if _n.startswith("test_"): del globals()[_n]

def comp(pim, uuid):
    return [(o["scope"], o["locale"], o["data"]) for o in pim.get(f"/products-uuid/{uuid}", with_completenesses="true").json()["completenesses"]]

def test_7_1(pim, tree):
    uuid = make_product("desk-one", "luminaires", {"title": value("x", "en_GB"), "list_price": [{"amount": "1", "currency": "EUR"}]})
    eq("order", comp(pim, uuid), [("ecommerce", "en_US", 100), ("print", "en_GB", 100), ("webshop", "de_DE", 25), ("webshop", "en_GB", 50)])
    # extra currency irrelevant; print EUR filled
    # locale specific
    pim.patch("/families/luminaires", {"attributes": pim.get("/families/luminaires").json()["attributes"] + ["warranty_note", "blurb", "net_weight", "launch_on", "dimmable", "lumens", "materials", "datasheet"],
        "attribute_requirements": {"webshop": ["sku", "warranty_note"], "print": ["sku", "blurb", "net_weight", "launch_on", "dimmable", "lumens", "materials", "datasheet"]}})
    do_jobs()
    eq("locale-specific", comp(pim, uuid), [("ecommerce", "en_US", 100), ("print", "en_GB", 12), ("webshop", "de_DE", 50), ("webshop", "en_GB", 100)])
    u0 = pim.get(f"/products-uuid/{uuid}").json()["updated"]
    change_product(uuid, values={"dimmable": False, "lumens": 0, "net_weight": {"amount": "0", "unit": "GRAM"}, "materials": ["oak"], "launch_on": value("2025-01-01", None, "print"), "blurb": value("x", "en_GB", "webshop")})
    eq("filled 6/8", comp(pim, uuid)[1], ("print", "en_GB", 75))
    # option deletion
    structure.remove  # noqa
    none = make_product("nofam")
    eq("no family", comp(pim, none), [])
    nofam = pim.get(f"/products-uuid/{none}", with_quality_scores="true").json()
    eq("no family q", nofam["quality_scores"], [])
    empty = make_product("shoe", "shoes")
    eq("no req", [c[2] for c in comp(pim, empty)], [100]*4)
    # models: no completenesses
    j = pim.get("/product-models/orbit", with_completenesses="true").json()
    check("models", "completenesses" not in j, list(j))
    # channel currency change recomputes, updated does not move
    pim.patch("/families/luminaires", {"attribute_requirements": {"webshop": ["sku", "list_price"], "print": ["sku"]}})
    do_jobs(); eq("price webshop", comp(pim, uuid)[2:], [("webshop", "de_DE", 50), ("webshop", "en_GB", 50)])
    before = pim.get(f"/products-uuid/{uuid}").json()["updated"]
    pim.patch("/channels/webshop", {"currencies": ["EUR"]}); do_jobs()
    eq("price webshop2", comp(pim, uuid)[2:], [("webshop", "de_DE", 100), ("webshop", "en_GB", 100)])
    eq("search after", P(pim, "completeness", "=", 50, scope="webshop"), ["orbit-brass-s"])
    pim.patch("/channels/webshop", {"locales": ["en_GB"]}); do_jobs()
    eq("locales", comp(pim, uuid)[2:], [("webshop", "en_GB", 100)])
    eq("upd", pim.get(f"/products-uuid/{uuid}").json()["updated"], before)
    # ancestor save
    v = tree
    pim.patch("/families/luminaires", {"attribute_requirements": {"webshop": ["sku", "title", "tagline"]}}); do_jobs()
    eq("variant", comp(pim, v)[-1], ("webshop", "en_GB", 66))
    make_model("orbit_brass", {"tagline": "x"})
    eq("variant2", comp(pim, v)[-1], ("webshop", "en_GB", 100))
    eq("variant search", P(pim, "completeness", "=", 100, scope="webshop"), ["orbit-brass-s", "shoe"])
    # attribute deletion
    # detail
    eq("detail", pim.get(f"/products-uuid/{uuid}", with_completenesses="detail").json()["completenesses"][-1]["missing"], ["tagline"])
    plain("wc", pim.get("/products", with_completenesses="yes"), 422); plain("wc", pim.get("/products", with_quality_scores="yes"), 422)

def test_9(pim, tree):
    a = pim.post("/products", {"identifier": "x1"}); check("201 empty", a.status_code == 201 and a.content == b"" and a["Location"].endswith("/api/rest/v1/products/x1"), (a.content, dict(a.headers)))
    a = pim.patch("/products/x1", {"enabled": False}); check("204 loc", a.status_code == 204 and a.content == b"" and a["Location"].endswith("/products/x1"), dict(a.headers))
    a = pim.patch("/products/x1", {"enabled": False}); check("204 noop", a.status_code == 204 and a.content == b"" and a["Location"].endswith("/products/x1"), dict(a.headers))
    u = pim.get("/products/x1").json()["uuid"]
    a = pim.patch(f"/products-uuid/{u.upper()}", {"enabled": True}); check("204 uuid", a.status_code == 204 and a["Location"].endswith(f"/products-uuid/{u}"), dict(a.headers))
    a = pim.delete("/products/x1"); check("del", a.status_code == 204 and a.content == b"" and "Location" not in a, dict(a.headers))
    plain("del again", pim.delete("/products/x1"), 404)
    a = pim.post("/product-models", {"code": "mm", "family": "luminaires", "family_variant": "lum_size"}); check("m201", a.status_code == 201 and a.content == b"" and a["Location"].endswith("/product-models/mm"), a.content)
    a = pim.delete("/product-models/mm"); check("mdel", a.status_code == 204 and a.content == b"", a.content)
    plain("mdel", pim.delete("/product-models/mm"), 404)
    for body in (b"", b"{", b"abc", b"[", b"\xff"):
        plain(f"malformed {body}", pim.post("/products", body), 400); plain(f"malformed {body}", pim.patch("/products/x", body), 400); plain(f"malformed {body}", pim.patch(f"/product-models/x", body), 400)
    for q in ("search[]", "search[a][]", "attributes[]", "locales[0]", "page[]", "limit[x]"):
        plain(f"bracket {q}", pim.get("/products", **{q: "x"}), 400); plain(f"bracket {q}", pim.get("/product-models", **{q: "x"}), 400); plain(f"bracket {q}", pim.get("/products-uuid", **{q: "x"}), 400)
    for path in ("/products/none", "/products-uuid/xyz", f"/products-uuid/{uuid4()}", "/product-models/none", "/media-files/none", "/media-files/none/download"):
        plain(path, pim.get(path), 404)
    for m, path in (("post", "/products/x"), ("delete", "/products"), ("put", "/products/x"), ("put", "/products"), ("delete", "/product-models"), ("patch", "/media-files"), ("delete", "/media-files/x"), ("get", "/products-uuid/search")):
        a = getattr(pim.client, m)(f"/api/rest/v1{path}", content_type="application/json") if m != "get" else pim.get(path)
        if path == "/products-uuid/search": print("GET search", a.status_code); continue
        plain(f"405 {m} {path}", a, 405)
    plain("406", pim.get("/products", headers={"accept": "text/html"}), 406)
    plain("415", pim.post("/products", b"{}", content_type="text/plain"), 415)
    plain("415", pim.patch("/products", b"{}", content_type="application/json"), 415)
    a = pim.bulk("/products", [{"identifier": f"l{i}"} for i in range(101)]); plain("413", a, 413)
    a = pim.bulk("/products", b'{"identifier":"%s"}' % (b"a" * 2_000_000))
    print("long line", a.status_code, a.content[:200])
    # errors extra
    make_product("dup", "luminaires", {"batch_code": "B"})
    a = pim.post("/products", {"identifier": "dup"}); val("ident taken", a, "identifier"); check("keys", set(a.json()["errors"][0]) == {"property", "message", "limen_code"}, a.content)
    a = pim.post("/products", {"identifier": "dup"}, **{"Limen-Compat": "strict"}); check("strict keys", list(a.json()["errors"][0]) == ["property", "message"], a.content)
    a = pim.post("/products", {"identifier": "n1", "values": {"batch_code": value("B"), "lumens": value(-5), "title": value("x" * 300, "en_GB"), "list_price": value([{"amount": "x", "currency": "EUR"}])}})
    print("multi", a.content)
    for e in a.json().get("errors", []):
        check("value keys", set(e) >= {"property", "message", "attribute", "locale", "scope"} and e["property"] == "values", e)
    a = pim.post("/products", {"identifier": "n1", "values": {"gtin": value("G,1")}}); print("gtin", a.content)
    make_product("g", None, {"gtin": "G1"})
    a = pim.post("/products", {"identifier": "n1", "values": {"gtin": value("g1")}}); val("gtin dup", a, "identifier")
    a = pim.post("/products-uuid", {"uuid": str(uuid4()).replace("-4", "-1", 1)}); print("uuid v", a.status_code, a.content[:200])
    u = make_product("uu"); a = pim.post("/products-uuid", {"uuid": u}); val("uuid taken", a, "uuid")
    a = pim.post("/products-uuid", {"uuid": "11111111-1111-1111-8111-111111111111"}); val("uuid ver", a, "uuid")
    doc("post anchor", pim.post("/products-uuid", {"family": "ghost"}), "api.html#post_products_uuid"); doc("post anchor", pim.post("/products", {"identifier": "zz", "family": "ghost"}), "api.html#post_products")
    doc("post noident", pim.post("/products", {"family": "luminaires"}), "api.html#post_products_uuid")
    doc("patch null ident", pim.patch("/products/dup", {"identifier": None}), "api.html#patch_products_uuid__uuid_")
    doc("m post", pim.post("/product-models", {"code": "z", "family_variant": "lum_size", "categories": ["ghost"]}), "api.html#post_product_models")
    a = pim.bulk("/products", [{"identifier": "dup", "family": "ghost"}]); eq("bulk line", [list(l) for l in a.lines], [["line", "identifier", "status_code", "message", "_links"]]); check("bulk anchor", a.lines[0]["_links"]["documentation"]["href"].endswith("#patch_products__code_"), a.lines)
    a = pim.bulk("/products-uuid", [{"uuid": u, "family": "ghost"}]); check("bulk anchor", a.lines[0]["_links"]["documentation"]["href"].endswith("#patch_products_uuid__uuid_"), a.lines)
    a = pim.bulk("/product-models", [{"code": "orbit", "categories": ["ghost"]}]); check("bulk anchor", a.lines[0]["_links"]["documentation"]["href"].endswith("#patch_product_models__code_"), a.lines)
    doc("depth", pim.get("/products", page="101", limit="100"), "pagination.html#the-search-after-method"); doc("depth m", pim.get("/product-models", page="101", limit="100"), "pagination.html#the-search-after-method")
    plain("mismatch", pim.patch(f"/products-uuid/{u}", {"uuid": str(uuid4())}), 422)
    plain("mismatch code", pim.patch("/products/newone", {"identifier": "other"}), 422)
    print("model code mismatch", pim.patch("/product-models/orbit", {"code": "other"}).content, pim.patch("/product-models/new1", {"code": "other", "family_variant": "lum_size"}).content)
    plain("unknown parent converting", pim.patch("/products/dup", {"parent": "ghost"}), 422)

def test_10_3(pim, tree, lamps):
    u = make_product("a", "luminaires", {"tagline": "x"})
    a = pim.get("/products/a"); tag = a["ETag"]; check("etag strong", tag.startswith('"'), tag)
    b = pim.get("/products/a", headers={"If-None-Match": tag}); check("304", b.status_code == 304 and b.content == b"" and b["ETag"] == tag, b.status_code)
    plain("412", pim.patch("/products/a", {"enabled": False}, **{"If-Match": '"zzz"'}), 412)
    eq("ok", pim.patch("/products/a", {"enabled": False}, **{"If-Match": tag}).status_code, 204)
    plain("412 del", pim.delete("/products/a", **{"If-Match": tag}), 412)
    eq("fields", list(pim.get("/products/a", fields="values,updated").json()), list(pim.get("/products/a", fields="values,updated").json()))
    print("fields", list(pim.get("/products/a", fields="values,updated").json()), list(pim.get("/products-uuid/"+u, fields="values").json()), list(pim.get("/products", fields="family").json()["_embedded"]["items"][0]), list(pim.get("/product-models/orbit", fields="family").json()))
    plain("fields bad", pim.get("/products", fields="nope"), 422)
    for m, path, body, st in (("post", "/products?dry_run=true", {"identifier": "dry"}, 201), ("patch", "/products/dry?dry_run=true", {}, 201), ("patch", "/products/a?dry_run=true", {"enabled": True}, 204), ("patch", f"/products-uuid/{u}?dry_run=true", {"family": None}, 204), ("post", "/product-models?dry_run=true", {"code": "drym", "family_variant": "lum_size"}, 201)):
        a = getattr(pim, m)(path, body); check(f"dry {m} {path}", a.status_code == st and a.get("Limen-Dry-Run") == "true", (a.status_code, dict(a.headers), a.content))
    a = pim.delete("/products/a?dry_run=true"); check("dry delete", a.status_code == 204 and a.get("Limen-Dry-Run") == "true", dict(a.headers))
    a = pim.delete("/product-models/orbit?dry_run=true"); check("dry delete m", a.status_code == 204 and a.get("Limen-Dry-Run") == "true", dict(a.headers))
    a = pim.bulk("/products?dry_run=true", [{"identifier": "a", "enabled": True}, {"identifier": "dry"}, {"identifier": "dry2", "family": "ghost"}]); check("dry bulk", [l["status_code"] for l in a.lines] == [204, 201, 422] and a.get("Limen-Dry-Run") == "true", a.lines)
    eq("nothing", (pim.get("/products/dry").status_code, pim.get("/products/a").json()["enabled"]), (404, False))
    plain("dry wrong", pim.post("/products?dry_run=maybe", {"identifier": "dry"}), 422)
    a = pim.patch("/products/a?validation=full", {"family": "ghost", "nope": 1, "values": {"lumens": value(-1), "tagline": value(5), "ghost": value(1)}}); print("full", a.status_code, a.content.decode())
    plain("validation bad", pim.patch("/products/a?validation=half", {}), 422)
    a = pim.bulk("/products?atomic=true", [{"identifier": "a", "enabled": True}, {"identifier": "q", "family": "ghost"}]); eq("atomic", [l["status_code"] for l in a.lines], [424, 422]); print(a.lines[0]); eq("at no", pim.get("/products/a").json()["enabled"], False)
    a = pim.bulk("/products", [{"identifier": f"l{i}"} for i in range(150)], **{"Limen-Limits": "extended"}); eq("ext bulk", (a.status_code, len(a.lines)), (200, 150))
    plain("ext 1001", pim.bulk("/products", [{"identifier": f"l{i}"} for i in range(1001)], **{"Limen-Limits": "extended"}), 413)
    eq("limit 500", pim.get("/products", limit="500", headers={"Limen-Limits": "extended"}).status_code, 200); plain("501", pim.get("/products", limit="501", headers={"Limen-Limits": "extended"}), 422); plain("101", pim.get("/products", limit="101"), 422); plain("l0", pim.get("/products", limit="0"), 422)
    # OR search
    s = lambda body, **k: pim.post("/products-uuid/search?" + "&".join(f"{a}={b}" for a, b in k.items()), body)
    a = s({"search": {"any": [{"identifier": [{"operator": "=", "value": "a"}]}, {"identifier": [{"operator": "=", "value": "l1"}]}]}}); eq("any", a.status_code, 200); eq("any n", len(a.json()["_embedded"]["items"]), 2)
    plain("any in string", s({"search": json.dumps({"any": [{"identifier": [{"operator": "=", "value": "a"}]}]})}), 422)
    plain("any in GET", pim.get("/products-uuid", search=json.dumps({"any": [{"identifier": [{"operator": "=", "value": "a"}]}]})), 422)
    # idempotency
    k = {"Idempotency-Key": "k1"}
    a = pim.post("/products-uuid", {"values": {"sku": value("idem")}}, **k); b = pim.post("/products-uuid", {"values": {"sku": value("idem")}}, **k); eq("idem", (a.status_code, b.status_code, a["Location"] == b["Location"]), (201, 201, True))
    c = pim.post("/products-uuid", {"values": {"sku": value("other")}}, **k); print("idem other body", c.status_code, c.content)
    a = pim.patch("/products/a", {"values": {"lumens": value(-1)}}, **{"Limen-Compat": "strict"}); check("strict", "limen_code" not in a.content.decode(), a.content)
    a = pim.patch("/products/a", {"values": {"lumens": value(-1)}}); check("code", "limen_code" in a.content.decode(), a.content)
    a = pim.bulk("/products", [{"identifier": "a", "values": {"lumens": value(-1)}}], **{"Limen-Compat": "strict"}); check("strict bulk", "limen_code" not in a.content.decode(), a.content)
    a = pim.patch("/products/orbit-brass-s", {"values": {"title": value("x", "en_GB")}}); eq("ignored hdr", a.get("Limen-Ignored-Values"), "1")
    for path in ("/limen/changes",):
        a = pim.get(path, resource="products", limit="5"); check("feed rest", a.status_code == 200 and list(a.json()) == ["items", "next", "has_more"], (a.status_code, a.content[:200]))
        if a.status_code == 200: print(a.json()["items"][0])
    a = pim.client.get("/api/limen/v1/changes", {"resource": "products", "limit": 5}); eq("feed", a.status_code, 200); print(a.json()["items"][0])

def test_11_9(pim, lamps):
    for i in range(7): make_product(f"p{i}", categories=["lamps"] if i < 5 else [])
    j = pim.get("/products-uuid", limit="3", with_count="true").json()
    check("205", j["items_count"] == 7 and j["current_page"] == 1 and "next" in j["_links"] and "previous" not in j["_links"] and list(j) == ["_links", "current_page", "items_count", "_embedded"], (list(j), list(j["_links"])))
    print(j["_links"])
    uu = [i["uuid"] for i in j["_embedded"]["items"]]; eq("uuid order", uu, sorted(uu))
    j = pim.get("/products-uuid", limit="3", page="4").json(); check("206", j["_embedded"]["items"] == [] and "next" not in j["_links"], j["_links"])
    for k, v in (("limit", "101"), ("limit", "0"), ("page", "x"), ("with_count", "yes"), ("pagination_type", "cursor"), ("page", "0"), ("page", "-1"), ("limit", "x"), ("attributes", "ghost"), ("locales", "it_IT"), ("scope", "nope"), ("convert_measurements", "true"), ("with_attribute_options", "yes")):
        for path in ALL: plain(f"{k}={v} {path}", pim.get(path, **{k: v}), 422)
    plain("215", pim.get("/products", scope="print", locales="de_DE"), 422)
    j = pim.get("/products-uuid", pagination_type="search_after", limit="3").json(); check("210", "current_page" not in j and "search_after=" in j["_links"]["next"]["href"], list(j))
    eq("211", names(pim.get("/products", pagination_type="search_after", search_after="P3")), ["p4", "p5", "p6"])
    eq("213", names(pim.get("/products", scope="webshop")), [f"p{i}" for i in range(5)])
    eq("214", names(pim.get("/products", scope="webshop", search='{"categories":[{"operator":"UNCLASSIFIED"}]}')), ["p5", "p6"])
    j = pim.get("/products", limit="2", search='{"enabled":[{"operator":"=","value":true}]}', search_locale="en_GB", search_scope="webshop").json(); check("222", "search_locale=en_GB" in j["_links"]["next"]["href"] and "search_scope=webshop" in j["_links"]["next"]["href"], j["_links"])
