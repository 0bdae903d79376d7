"""Numbers from an integer hash, the same in Python and TypeScript (hashed.ts), exact in float32.

hash32 mixes stream and index with the finaliser of MurmurHash3 (public domain). Its upper bits
give integers of at most 24 bits, divided by a power of two: no rounding anywhere.
"""
import numpy as np


def hash32(stream, index):
    """32 bits for each index of an array, as uint64 below 2**32."""
    mask = np.uint64(0xFFFFFFFF)
    h = (np.asarray(index, dtype=np.uint64) * np.uint64(0x9E3779B9) + np.uint64(stream) * np.uint64(0x85EBCA6B)) & mask
    h ^= h >> np.uint64(16)
    h = (h * np.uint64(0x85EBCA6B)) & mask
    h ^= h >> np.uint64(13)
    h = (h * np.uint64(0xC2B2AE35)) & mask
    return h ^ (h >> np.uint64(16))


def signed(stream, shape, exponent=0):
    """Uniform in [-1, 1) · 2**exponent, 24 bits, as float64."""
    count = int(np.prod(shape))
    k = (hash32(stream, np.arange(count)) >> np.uint64(8)).astype(np.float64)
    return ((k - 2**23) * 2.0 ** (exponent - 23)).reshape(shape)


def unit(stream, shape):
    """Uniform in [0, 1), 16 bits, as float64."""
    count = int(np.prod(shape))
    return ((hash32(stream, np.arange(count)) >> np.uint64(16)).astype(np.float64) * 2.0**-16).reshape(shape)


def bits(stream, shape):
    """0 or 1, as float64."""
    count = int(np.prod(shape))
    return (hash32(stream, np.arange(count)) >> np.uint64(31)).astype(np.float64).reshape(shape)
