package syntax

import (
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
)

// key stands for a spelling. Up to nine characters of ASCII lie in it side by
// side, which are most names: two that have such a key are the same, and their
// texts, which lie about in the sources, need not be looked at. Others are
// hashed, with the highest bit set.
type key uint64

const (
	packed     = 9 // characters of seven bits
	hashed key = 1 << 63
)

// seed and spread differ from run to run, so that nobody can write many names
// that fall on one slot.
var (
	seed   = maphash.MakeSeed()
	spread = rand.Uint64() | 1
)

// keyOf is the key of a spelling.
func keyOf(name string) key {
	var k key
	for i := range len(name) {
		c := name[i]
		if i == packed || c-1 >= 127 { // NUL, or not of ASCII
			return hashOf(name)
		}
		k = k.add(c)
	}
	return k
}

func hashOf(name string) key { return hashed | key(maphash.String(seed, name)) }

// add puts a character behind those before it.
func (k key) add(c byte) key { return k<<7 | key(c) }

// of is the key of a name whose characters, of ASCII, are all in it if there is
// room.
func (k key) of(name string) key {
	if len(name) > packed {
		return hashOf(name)
	}
	return k
}

// whole reports a key that no other spelling has.
func (k key) whole() bool { return k < hashed }

// hash spreads the keys: each character has a part in every bit.
func (k key) hash() uint32 {
	high, low := bits.Mul64(uint64(k), spread)
	return uint32(high ^ low)
}
