package syntax

import "math/bits"

// key stands for a spelling. Up to nine characters of ASCII lie in it side by
// side, which are most names: two that have such a key are the same, and their
// texts, which lie about in the sources, need not be looked at. Others are
// hashed, with the highest bit set.
type key uint64

const (
	packed     = 9 // characters of seven bits
	hashed key = 1 << 63
)

// keyOf is the key of a spelling.
func keyOf(name string) key {
	var k key
	plain := true
	for i := range len(name) {
		c := name[i]
		if c-1 >= 127 { // NUL, or not of ASCII
			plain = false
		}
		k = k.add(c)
	}
	if !plain {
		return k | hashed
	}
	return k.end(len(name))
}

// add puts a character behind those before it.
func (k key) add(c byte) key { return key(bits.RotateLeft64(uint64(k), 7)) ^ key(c) }

// end is the key once all of n characters are in it.
func (k key) end(n int) key {
	if n > packed {
		k |= hashed
	}
	return k
}

// whole reports a key that no other spelling has.
func (k key) whole() bool { return k < hashed }

// hash spreads the keys: the product brings all characters to the upper half.
func (k key) hash() uint32 { return uint32(k * 0x9e3779b97f4a7c15 >> 32) }
