"""Checks that one transfer is in a signed day: python check_proof.py proof.json --public-key HEX (needs cryptography)."""

import argparse, datetime, hashlib, json, struct, sys  # noqa: E401
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def check(proof, public_key):
    def sha256(*parts):
        return hashlib.sha256(b"".join(parts)).digest()

    leaf, statement = proof["transfer"], proof["statement"]
    Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(proof["signature"]), statement.encode())
    signed = dict(line.split(" ", 1) for line in statement.splitlines())
    names = ("id", "debit", "credit", "amount", "payment", "reverses", "posted_at")
    node = sha256(b"\0", struct.pack(">7q", *(leaf[name] for name in names)), f"{leaf['kind']}|{leaf['key']}".encode())
    index, last = proof["index"], proof["size"] - 1  # RFC 9162, section 2.1.3.2
    if signed["salur"] != "seal 1" or proof["size"] != int(signed["count"]) or not 0 <= index <= last:
        raise ValueError("the statement is of another kind, or has no such place")
    for sibling in map(bytes.fromhex, proof["path"]):
        if last == 0:
            raise ValueError("the path is too long")
        right = index & 1 or index == last
        node = sha256(b"\1", sibling, node) if right else sha256(b"\1", node, sibling)
        while right and not index & 1 and index:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    moment = datetime.datetime(2000, 1, 1, 7) + datetime.timedelta(microseconds=leaf["posted_at"])  # Jakarta: UTC+7
    if last or node.hex() != signed["root"] or str(moment.date()) != signed["day"]:
        raise ValueError("the transfer is not in the signed tree of its day")
    return f"Rp {leaf['amount']} from account {leaf['debit']} to {leaf['credit']}, {moment} WIB: in the seal of {signed['day']}"


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("proof", type=argparse.FileType())
parser.add_argument("--public-key", required=True, type=bytes.fromhex)
try:
    print(check(json.load((arguments := parser.parse_args()).proof), arguments.public_key))
except Exception as error:  # whatever is wrong with it, it proves nothing
    sys.exit(f"NOT proved: {str(error) or 'the signature is not by this key'}")
