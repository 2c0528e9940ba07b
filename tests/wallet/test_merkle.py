"""Trees hash as RFC 9162 says: the published vectors of Certificate Transparency, and every path of every small size."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wallet import merkle

# The eight entries of Certificate Transparency's reference tests, and what they publish for them.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# index, size, path
PATHS = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
LEAVES = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]


def hashes(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(size)]


def recursive_root(leaves: list[bytes]) -> bytes:
    """MTH as the RFC defines it, split at the largest power of two below the size."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + recursive_root(leaves[:split]) + recursive_root(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_the_published_paths(index: int, size: int, path: list[str]) -> None:
    assert [sibling.hex() for sibling in merkle.path(LEAVES[:size], index)] == path
    siblings = [bytes.fromhex(sibling) for sibling in path]
    found = merkle.root_from_path(LEAVES[index], index, size, siblings)
    assert found is not None and found.hex() == ROOTS[size]


@pytest.mark.parametrize("size", [1, 2, 3, 31, 32, 33, 100, 299, 300])
def test_every_path_of_a_size_leads_to_its_root(size: int) -> None:
    leaves = hashes(size)
    root = recursive_root(leaves)
    assert merkle.root(leaves) == root
    for index, leaf in enumerate(leaves):
        assert merkle.root_from_path(leaf, index, size, merkle.path(leaves, index)) == root


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_path_holds_for_its_own_leaf_place_and_bits_alone(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    index = data.draw(st.integers(0, size - 1))
    leaves = hashes(size)
    root, path, leaf = merkle.root(leaves), merkle.path(leaves, index), leaves[index]
    assert merkle.root_from_path(leaf, index, size, path) == root
    bit = data.draw(st.integers(0, 256 * (len(path) + 1) - 1))
    parts = [leaf, *path]
    flipped = bytearray(parts[bit // 256])
    flipped[bit % 256 // 8] ^= 1 << bit % 8
    parts[bit // 256] = bytes(flipped)
    assert merkle.root_from_path(parts[0], index, size, parts[1:]) != root
    assert merkle.root_from_path(leaf, index, size, path[:-1]) != root
    assert merkle.root_from_path(leaf, index, size, [*path, leaf]) is None
    other = data.draw(st.integers(-1, size).filter(lambda place: place != index))
    assert merkle.root_from_path(leaf, other, size, path) != root


@given(st.integers(0, 700), st.sampled_from([1, 2, 16, 128]))
@settings(max_examples=60, deadline=None)
def test_the_roots_of_aligned_blocks_are_nodes_of_the_tree(size: int, block: int) -> None:
    leaves = hashes(size)
    roots = [merkle.root(leaves[start : start + block]) for start in range(0, size, block)]
    assert merkle.root(roots) == merkle.root(leaves)
    for index in range(0, size, 37):
        inside = merkle.path(leaves[index // block * block :][:block], index % block)
        assert inside + merkle.path(roots, index // block) == merkle.path(leaves, index)


def test_no_path_leads_out_of_a_tree() -> None:
    with pytest.raises(IndexError):
        merkle.path(LEAVES, 8)
    assert merkle.root_from_path(LEAVES[0], 0, 0, []) is None
