"""Checks an offline code as a till does, without a network:

    python check_offline_code.py CODE --keys keys.json --mcc 5411 --region 31.74 --merchant ID --amount 10000 --accepted 0

keys.json is the answer of /v1.0/offline/keys (needs cryptography). A till keeps, by allowance, what it has accepted: the rupiah,
and each voucher's number. It accepts no number twice, and no more than the ceiling in all: --accepted is what it has so far.
"""

import argparse, base64, json, re, sys, time  # noqa: E401
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

STATED = ["key", "allowance", "alias", "ceiling", "from", "until", "mccs", "regions", "cash"]
PHONE, CARD = [*STATED, "device", "signature"], [*STATED, "serial", "of", "amount", "signature"]
VOUCHER = ["count", "spent", "amount", "merchant", "made", "signature"]
CASH = ("6010", "6011")
NUMBERS = {"ceiling", "from", "until", "serial", "of", "amount", "count", "spent", "made"}
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


def unpacked(text, length):
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    if len(raw) != length or base64.b32encode(raw).decode().rstrip("=") != text:
        raise ValueError("base32 of another length or spelling")
    return raw


def verify(public_key, said, signature):
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(unpacked(signature, 64), said.encode("ascii"))
    except Exception:
        raise ValueError("a signature is not by its key") from None


def named(names, text):
    parts = text.split(":")
    if len(parts) != len(names):
        raise ValueError("another number of parts")
    found = dict(zip(names, parts))  # noqa: B905 (as long as each other)
    for name in NUMBERS & found.keys():
        if not NUMBER.fullmatch(found[name]):
            raise ValueError(f"{name} is no number")
        found[name] = int(found[name])
    return found


def refuse(why):
    raise ValueError(why)


def check(code, keys, *, mcc="", region="", merchant="", amount=None, accepted=0, at=None):
    """What a till may rely on, as a dict; `keys` is the answer of /v1.0/offline/keys. Raises ValueError saying why not."""
    public = {str(key["id"]): bytes.fromhex(key["publicKey"]) for key in keys["keys"]}
    front, slash, back = code.partition("/V:")
    kind = front[:7]
    if kind not in ("SLR1:P:", "SLR1:C:") or (kind == "SLR1:P:") != bool(slash):
        refuse("not an offline code")
    found = named(PHONE if slash else CARD, front[7:])
    if found["key"] not in public:
        refuse("a key that this till does not have: fetch the keys")
    verify(public[found["key"]], front.rpartition(":")[0], found["signature"])
    if slash:
        voucher = named(VOUCHER, back)
        said = f"SLR1:V:{found['allowance']}:{back.rpartition(':')[0]}"
        verify(unpacked(found["device"], 32), said, voucher["signature"])
        found |= voucher
        if found["spent"] + found["amount"] > found["ceiling"]:
            refuse("more than is left, by the phone's own count")
        if found["merchant"] not in ("-", merchant):
            refuse("made for another merchant")
    revoked = keys["revocations"]
    verify(public[str(revoked["key"])], revoked["text"], revoked["signature"])
    if found["allowance"] in revoked["text"].split(":")[4:]:
        refuse("revoked")
    now = time.time() if at is None else at
    if not found["from"] <= now <= found["until"]:
        refuse("not valid at this time")
    if found["mccs"] != "-" and mcc not in re.findall("....", found["mccs"]):
        refuse("not for this kind of merchant")
    if mcc in CASH and found["cash"] != "1":
        refuse("not to be drawn as cash")
    if found["regions"] != "-" and not any(f"{region}.".startswith(f"{one}.") for one in found["regions"].split("+")):
        refuse("not in this region")
    wanted = found["amount"] if amount is None else amount
    if wanted > found["amount"] or (slash and wanted != found["amount"]) or wanted <= 0:
        refuse("another amount than the voucher's")
    if accepted + wanted > found["ceiling"]:
        refuse("this till has accepted the ceiling already")
    return {"allowance": found["allowance"], "number": found["count"] if slash else found["serial"], "amount": wanted}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("code")
    parser.add_argument("--keys", type=argparse.FileType(), required=True)
    for option, kind in (
        ("mcc", str),
        ("region", str),
        ("merchant", str),
        ("amount", int),
        ("accepted", int),
        ("at", int),
    ):
        parser.add_argument(
            f"--{option}", type=kind, default={"amount": None, "at": None, "accepted": 0}.get(option, "")
        )
    given = vars(parser.parse_args())
    try:
        told = check(given.pop("code"), json.load(given.pop("keys")), **given)
    except Exception as error:  # whatever is wrong with it, it is not to be accepted
        sys.exit(f"NOT to be accepted: {error}")
    print(
        f"Accept Rp {told['amount']}: voucher {told['number']} of allowance {told['allowance']}. Claim it when online."
    )
