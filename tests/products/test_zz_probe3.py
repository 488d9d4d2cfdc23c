from tests.products.test_zz_probe import *
from tests.products.test_zz_probe import report, tree
from limen.events import queries as ev
from limen.connections import queries as cq
from tests.products.callers import SOURCE, DESTINATION
from datetime import datetime, UTC
import gzip, zstandard
for _n in list(globals()):
    if _n.startswith("test_"): del globals()[_n]

def counts(kind):
    return {c: sum(h.count for h in ev.hour_counts(kind, [c], start=datetime(2020,1,1,tzinfo=UTC), end=datetime(2100,1,1,tzinfo=UTC))) for c in (SOURCE, DESTINATION)}

def test_8_1(api_of, lamps):
    make_variants(); make_tree()
    src, dst = api_of("source"), api_of("destination")
    eq("create", src.post("/products", {"identifier": "a"}).status_code, 201)
    src.patch("/products/a", {"enabled": False}); src.patch("/products/a", {"enabled": False})
    src.bulk("/products", [{"identifier": "b"}, {"identifier": "a", "enabled": True}, {"identifier": "c", "family": "ghost"}])
    src.patch("/products/a?dry_run=true", {"enabled": False})
    src.post("/product-models", {"code": "m1", "family_variant": "lum_size"}); src.patch("/product-models/orbit", {"categories": []})
    src.post("/products", {"identifier": "v1", "parent": "orbit_brass", "values": {"bulb_size": value("m")}})
    src.delete("/products/b")
    eq("created", counts("product.created")[SOURCE], 3); eq("updated", counts("product.updated")[SOURCE], 2)
    dst.get("/products"); dst.get("/products/a"); dst.get("/products/ghost"); dst.get("/products", search='{"identifier":[{"operator":"=","value":"zz"}]}'); dst.get("/product-models"); dst.get("/product-models/orbit")
    n = len(dst.get("/products-uuid").json()["_embedded"]["items"])
    dst.post("/products-uuid/search", {})
    eq("read", counts("product.read")[DESTINATION], n*3+1)
    src.get("/products"); eq("src reads none", counts("product.read")[SOURCE], 0)

def test_10_more(pim, tree):
    make_product("a", "luminaires", {"tagline": "x"})
    a = pim.get("/products", headers={"Accept-Encoding": "gzip"}); print(a.get("Content-Encoding"), a.get("Vary"))
    for i in range(60): make_product(f"z{i}", "luminaires", {"tagline": "x" * 50})
    a = pim.get("/products", limit="60", headers={"Accept-Encoding": "gzip"}); eq("gz", a.get("Content-Encoding"), "gzip"); body = b"".join(a.streaming_content) if a.streaming else a.content; check("gz ok", gzip.decompress(body).startswith(b"{"))
    a = pim.get("/products", limit="60", headers={"Accept-Encoding": "zstd"}); eq("zstd", a.get("Content-Encoding"), "zstd")
    a = pim.patch("/products/a", gzip.compress(b'{"enabled":false}'), **{"Content-Encoding": "gzip"}); eq("gz in", a.status_code, 204)
    a = pim.patch("/products/a", zstandard.compress(b'{"enabled":true}'), **{"Content-Encoding": "zstd"}); eq("zstd in", a.status_code, 204)
    plain("br in", pim.patch("/products/a", b'{}', **{"Content-Encoding": "br"}), 415)
    plain("bad gz", pim.patch("/products/a", b'{}', **{"Content-Encoding": "gzip"}), 400)
    # detail flag on list by uuid & search post
    a = pim.post("/products-uuid/search", {"with_completenesses": True, "with_quality_scores__products": True, "search": '{"identifier":[{"operator":"=","value":"a"}]}'}); i = a.json()["_embedded"]["items"][0]; check("post with", "completenesses" in i and "quality_scores" in i, list(i))
    a = pim.post("/products-uuid/search", {"with_completenesses": "detail", "search": {"identifier": [{"operator": "=", "value": "a"}]}}); check("detail", "missing" in a.json()["_embedded"]["items"][0]["completenesses"][0])
    plain("21 criteria", pim.post("/products-uuid/search", {"search": {"identifier": [{"operator": "!=", "value": "a"}] * 21}}), 422)
    plain("801 values", pim.post("/products-uuid/search", {"search": {"tagline": [{"operator": "IN", "value": ["a"] * 801}]}}), 422)
    plain("801 attr", pim.post("/products-uuid/search", {"attributes": ",".join(["title"] * 801)}), 422)
    plain("search list", pim.post("/products-uuid/search", {"search": ["a"]}), 400)
    plain("search int", pim.post("/products-uuid/search", {"search": 5}), 400)
    # any with conditions beside; empty any; nested any; any with wrong
    S = lambda s: pim.post("/products-uuid/search", {"search": s})
    a = S({"any": [{"identifier": [{"operator": "=", "value": "a"}]}, {"identifier": [{"operator": "=", "value": "z1"}]}], "enabled": [{"operator": "=", "value": True}]}); eq("any&", len(a.json()["_embedded"]["items"]), 2)
    for s in ({"any": []}, {"any": [{"any": [{"enabled": [{"operator": "=", "value": True}]}]}]}, {"any": "x"}, {"any": {}}):
        a = S(s); print("any", s, a.status_code, a.content[:100])
    plain("any bad", S({"any": [{"ghost": [{"operator": "=", "value": 1}]}]}), 422)
    # stale If-Match on bulk, If-None-Match * creation
    plain("inm", pim.patch("/products/a", {}, **{"If-None-Match": "*"}), 412)
    eq("inm new", pim.patch("/products/new1", {}, **{"If-None-Match": "*"}).status_code, 201)
    eq("im new", pim.patch("/products/new2", {}, **{"If-Match": "*"}).status_code, 412)
    eq("model etag", pim.get("/product-models/orbit").has_header("ETag"), True)
    m = pim.get("/product-models/orbit")["ETag"]; eq("m im", pim.patch("/product-models/orbit", {"categories": []}, **{"If-Match": m}).status_code, 204); plain("m im2", pim.patch("/product-models/orbit", {"categories": ["lamps"]}, **{"If-Match": m}), 412)
    plain("m del", pim.delete("/product-models/orbit", **{"If-Match": m}), 412)
    # uuid etags
    u = pim.get("/products/a").json()["uuid"]; t1 = pim.get("/products/a")["ETag"]; t2 = pim.get(f"/products-uuid/{u}")["ETag"]; print("etags", t1, t2)
    eq("etag from get usable in uuid", pim.patch(f"/products-uuid/{u}", {"enabled": False}, **{"If-Match": t1}).status_code, 204)
    # idempotency on others
    k = {"Idempotency-Key": "kk"}
    a = pim.post("/product-models", {"code": "idm", "family_variant": "lum_size"}, **k); b = pim.post("/product-models", {"code": "idm", "family_variant": "lum_size"}, **k); eq("idem models", (a.status_code, b.status_code, b.get("Location")), (201, 201, a.get("Location")))
    a = pim.post("/products", {"identifier": "i1", "family": "ghost"}, **{"Idempotency-Key": "k3"}); b = pim.post("/products", {"identifier": "i1", "family": "ghost"}, **{"Idempotency-Key": "k3"}); eq("idem 422", (a.status_code, b.status_code), (422, 422))
    a = pim.post("/products", {"identifier": "i1"}, **{"Idempotency-Key": "k3"}); print("after refused", a.status_code)
    # atomic on models & uuid
    a = pim.bulk("/product-models?atomic=true", [{"code": "n1", "family_variant": "lum_size"}, {"code": "n2"}]); eq("atomic m", [l["status_code"] for l in a.lines], [424, 422]); eq("n1", pim.get("/product-models/n1").status_code, 404)
    a = pim.bulk("/products-uuid?atomic=1", [{"uuid": u, "enabled": True}, {"uuid": "x"}]); eq("atomic u", [l["status_code"] for l in a.lines], [424, 422])
    # fields on unknown combos
    j = pim.get("/products", fields="identifier,values", limit="1").json()["_embedded"]["items"][0]; print(list(j))
    j = pim.get("/product-models", fields="values", limit="1").json()["_embedded"]["items"][0]; print(list(j))
    # value types
    # feed
    c = pim.get("/limen/changes", after="now").json(); eq("now", (c["items"], c["has_more"]), ([], False))
    plain("bad cursor", pim.get("/limen/changes", after="xyz"), 422); plain("bad resource", pim.get("/limen/changes", resource="nope"), 422); plain("limit", pim.get("/limen/changes", limit="1001"), 422); plain("limit0", pim.get("/limen/changes", limit="0"), 422)
    make_model("orbit", {"title": value("n", "en_GB")}); pim.delete("/product-models/orbit")
    items = pim.get("/limen/changes", after=c["next"]).json()["items"]; print(items)

def test_media(pim, tree):
    from tests.factories.media import PNG
    from django.core.files.uploadedfile import SimpleUploadedFile as F
    make_product("desk-one", "luminaires")
    def up(file=("h.png", PNG, "image/png"), **parts):
        data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in parts.items()}
        if file: data["file"] = F(*file)
        return pim.client.post("/api/rest/v1/media-files", data)
    T = {"identifier": "desk-one", "attribute": "hero_image", "locale": None, "scope": None}
    a = up(product=T); check("257", a.status_code == 201 and a.content == b"", a.content); code = a["Location"].split("/media-files/")[1]
    eq("257 val", pim.get("/products/desk-one").json()["values"]["hero_image"][0]["data"], code)
    eq("uuid", up(product={"uuid": pim.get("/products/desk-one").json()["uuid"], **{k: T[k] for k in ("attribute", "locale", "scope")}}).status_code, 201)
    n = pim.get("/media-files", with_count="true").json()["items_count"]
    a = up(("x.txt", b"hello", "text/plain"), product=T); val("258", a, "values"); print(a.content)
    a = up(("x.jpg", b"hello", "image/jpeg"), product=T); val("259", a, "values"); print(a.content)
    eq("none left", pim.get("/media-files", with_count="true").json()["items_count"], n)
    plain("both", up(product=T, product_model={"code": "orbit", "attribute": "hero_image", "locale": None, "scope": None}), 422); plain("none", up(), 422); plain("nofile", up(None, product=T), 422)
    for k in T:
        plain(f"missing {k}", up(product={x: y for x, y in T.items() if x != k}), 422)
    plain("not json", up(product="{x"), 400); plain("unknown", up(product={**T, "identifier": "ghost"}), 422); plain("unknown attr", up(product={**T, "attribute": "ghost"}), 422); plain("locale", up(product={**T, "locale": "en_GB"}), 422); plain("scope", up(product={**T, "scope": "webshop"}), 422)
    plain("text attr", up(product={**T, "attribute": "tagline"}), 422)
    M = {"code": "orbit", "attribute": "hero_image", "locale": None, "scope": None}
    val("263", up(product_model=M), "attribute"); eq("263 ok", up(product_model={**M, "code": "orbit_brass"}).status_code, 201); plain("263 unk", up(product_model={**M, "code": "ghost"}), 422)
    a = pim.get(f"/media-files/{code}/download"); check("264", a["Content-Type"] == "image/png" and a["Content-Disposition"].startswith("attachment") and 'filename="h.png"' in a["Content-Disposition"], dict(a.headers)); b"".join(a.streaming_content) if a.streaming else 0
    plain("265", pim.get("/media-files", pagination_type="search_after"), 422)
    val("not in family", up(product={**T, "attribute": "datasheet"}, file=("a.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")), "attribute") if False else print("datasheet", up(product={**T, "attribute": "datasheet"}, file=("a.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")).content)
    print(pim.get("/media-files", limit="1").json()["_links"])
