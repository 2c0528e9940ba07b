"""Merkle trees as RFC 9162, section 2.1, hashes them (SHA-256; a leaf is prefixed with 0x00, a node with 0x01).

Everything here works on leaf hashes. Because a tree is split at the largest power of two below its size, the roots of
aligned blocks of 4,096 leaves are nodes of the whole tree: its root is the root over the blocks' roots.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
BLOCK = 4096  # leaves of a complete subtree; a power of two
EMPTY = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def root(hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes (or over the roots of blocks, all but the last one complete), in their order."""
    return root_of_joined(b"".join(hashes))


def root_of_joined(level: bytes) -> bytes:
    """The same over hashes joined to one string, which costs half a microsecond a leaf."""
    if not level:
        return EMPTY
    while len(level) > HASH_BYTES:
        level = _above(level)
    return level


def path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The siblings on the way from a leaf up to the root, lowest first. Raises IndexError."""
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    level, siblings = b"".join(hashes), []
    while len(level) > HASH_BYTES:
        start = (index ^ 1) * HASH_BYTES
        if start < len(level):
            siblings.append(level[start : start + HASH_BYTES])
        level, index = _above(level), index >> 1
    return siblings


def root_from_path(leaf: bytes, index: int, size: int, siblings: Sequence[bytes]) -> bytes | None:
    """The root that this leaf hash, at this index of so many leaves, has with these siblings; None if none has such a path."""
    if not 0 <= index < size:
        return None
    found, last = leaf, size - 1
    for sibling in siblings:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = _node(sibling, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = _node(found, sibling)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _above(level: bytes) -> bytes:
    """The level above, joined; the last of an odd number has no sibling and is carried up as it is."""
    pairs = len(level) - len(level) % (2 * HASH_BYTES)
    nodes = [
        sha256(b"\x01" + level[start : start + 2 * HASH_BYTES]).digest() for start in range(0, pairs, 2 * HASH_BYTES)
    ]
    nodes.append(level[pairs:])
    return b"".join(nodes)
