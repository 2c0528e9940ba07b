"""Checks a signed conformance report: python check_conformance.py report.json --public-key HEX (needs cryptography)."""

import argparse, json, sys  # noqa: E401
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def check(signed, public_key):
    text = signed["report"]
    Ed25519PublicKey.from_public_bytes(public_key).verify(
        bytes.fromhex(signed["signature"]), b"salur conformance 1\n" + text.encode()
    )
    report = json.loads(text)
    if report["form"] != "salur conformance 1" or report["passed"] != all(step["passed"] for step in report["steps"]):
        raise ValueError("the report is of another kind, or does not agree with itself")
    lines = [
        f"{step['result'] if step['passed'] else 'NOT passed':10} {step['step']}: {step['why']}"
        for step in report["steps"]
    ]
    verdict = "conforms" if report["passed"] else "does NOT conform"
    lines.append(f"{report['partner']} {verdict}, seen {report['started']} to {report['finished']}")
    return "\n".join(lines), report["passed"]


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("report", type=argparse.FileType())
parser.add_argument(
    "--public-key", required=True, type=bytes.fromhex, help="from where it is published, not from the report"
)
try:
    told, passed = check(json.load((arguments := parser.parse_args()).report), arguments.public_key)
except Exception as error:  # whatever is wrong with it, it shows nothing
    sys.exit(f"NOT signed so: {str(error) or 'the signature is not by this key'}")
print(told)
sys.exit(0 if passed else 2)
