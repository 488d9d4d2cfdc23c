from tests.products.test_zz_probe import tree
import random, orjson, pytest, json
from tests.conftest import Api
from tests.factories.products import *
from tests.products.trees import *
from limen.kit import db
from limen.products import queries
from limen.structure import queries as sq

def own(kind):
    t, owner, name = ("product", "product_id", "uuid::text") if kind == "p" else ("product_model", "model_id", "code")
    out = {}
    for n, parent, assoc, ow, quant in db.fetch(f"select p.{name}, p.parent_id, d.associations, d.own, d.quantified from {t} p join {t}_doc d on d.{owner}=p.id", []):
        a = orjson.loads(ow)["associations"] if ow else orjson.loads(assoc or "{}")
        out[n] = a
    return out

def check(step, log):
    P, M = own("p"), own("m")
    pairs = set()
    for kind, D in (("products", P), ("product_models", M)):
        for n, a in D.items():
            for k in ("products", "product_models"):
                for t in a.get("COMPATIBLE", {}).get(k, []):
                    pairs.add(((kind, n), (k, t)))
    for x, y in pairs:
        assert (y, x) in pairs, (step, x, y, log[-6:])
    # merged = own + ancestors; link tables follow documents (merged)
    Mm = {n: (parent, orjson.loads(a or "{}"), id) for n, parent, a, id in db.fetch("select p.code, q.code, d.associations, p.id from product_model p left join product_model q on q.id=p.parent_id join product_model_doc d on d.model_id=p.id", [])}
    Pm = {n: (parent, orjson.loads(a or "{}"), id) for n, parent, a, id in db.fetch("select p.uuid::text, q.code, d.associations, p.id from product p left join product_model q on q.id=p.parent_id join product_doc d on d.product_id=p.id", [])}
    def merged(own_, parent):
        out = {k: set(own_.get("COMPATIBLE", {}).get(k, [])) for k in ("products", "product_models")}
        while parent:
            for k in out: out[k] |= set(M[parent].get("COMPATIBLE", {}).get(k, []))
            parent = Mm[parent][0]
        return out
    for D, O, tabs in ((Pm, P, {"products": "product_link", "product_models": "product_link_to_model"}), (Mm, M, {"products": "product_model_link", "product_models": "product_model_link_to_model"})):
        for n, (parent, a, id) in D.items():
            want = merged(O[n], parent)
            got = {k: set(a.get("COMPATIBLE", {}).get(k, [])) for k in want}
            assert got == want, (step, n, got, want, log[-4:])
    return len(pairs)

@pytest.mark.parametrize("seed", range(6))
def test_fuzz(pim, tree, seed):
    R = random.Random(seed)
    make_model("orbit_white", {"finish": "white"}, parent="orbit")
    make_model("orbit2", family_variant="lum_finish_size"); make_model("o2_brass", {"finish": "Brass"}, parent="orbit2")
    names = ["a", "b", "c", "v", "w"]
    for n in "abc": make_product(n, "luminaires", {"bulb_size": "m"} if n == "a" else None)
    pim.patch("/products/v", {"parent": "orbit_white", "values": {"bulb_size": value("s")}})
    pim.patch("/products/w", {"parent": "o2_brass", "values": {"bulb_size": value("s")}})
    models = ["orbit", "orbit_brass", "orbit_white", "orbit2", "o2_brass", "beam"]
    log = []; most = 0
    made = {}
    for step in range(120):
        r = R.random()
        if r < .45:
            n = R.choice(names); body = {"associations": {"COMPATIBLE": {}}}
            if R.random() < .7: body["associations"]["COMPATIBLE"]["products"] = R.sample(names, R.randint(0, 2))
            else: body["associations"]["COMPATIBLE"]["product_models"] = R.sample(models, R.randint(0, 2))
            if R.random() < .3: body["parent"] = R.choice(["orbit_brass", "orbit_white", "o2_brass", None])
            a = pim.patch(f"/products/{n}", body)
        elif r < .7:
            n = R.choice(models); body = {"associations": {"COMPATIBLE": {R.choice(["products"]): R.sample(names, R.randint(0, 2))}}} if R.random() < .7 else {"associations": {"COMPATIBLE": {"product_models": R.sample(models, R.randint(0, 2))}}}
            a = pim.patch(f"/product-models/{n}", body)
        elif r < .85:
            n = R.choice(["v", "w", "a"]); body = {"parent": R.choice(["orbit_brass", "orbit_white", "o2_brass", None]), "values": {"bulb_size": value(R.choice("sm"))}}
            a = pim.patch(f"/products/{n}", body)
        elif r < .9:
            n = R.choice(["b", "c"]); body = "delete"; a = pim.delete(f"/products/{n}"); pim.patch(f"/products/{n}", {"family": "luminaires"})
        elif r < .95:
            n = R.choice(["orbit_brass", "orbit_white", "o2_brass"]); body = {"parent": R.choice(["orbit", "orbit2"])}; a = pim.patch(f"/product-models/{n}", body)
        else:
            lines = [{"identifier": R.choice(names), "associations": {"COMPATIBLE": {"products": R.sample(names, R.randint(0, 2))}}, **({"parent": R.choice(["orbit_brass", "orbit_white", None])} if R.random() < .3 else {})} for _ in range(4)]
            n, body = "bulk", lines; a = pim.bulk("/products", lines)
            assert all(l["status_code"] < 500 for l in a.lines), a.lines
        log.append((n, body, a.status_code, a.content[:150]))
        assert a.status_code < 500, log[-1]
        most = max(most, check(step, log))
    from collections import Counter
    print(most, Counter(l[2] for l in log))
