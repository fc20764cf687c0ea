package gpu

// SIMDSum is the sum of v over the active lanes of the SIMD-group.
func SIMDSum[N Number](v N) N { return onlyInKernel[N]() }

// SIMDProduct is the product of v over the active lanes.
func SIMDProduct[N Number](v N) N { return onlyInKernel[N]() }

// SIMDMax is the maximum of v over the active lanes.
func SIMDMax[N Number](v N) N { return onlyInKernel[N]() }

// SIMDMin is the minimum of v over the active lanes.
func SIMDMin[N Number](v N) N { return onlyInKernel[N]() }

// SIMDPrefixInclusiveSum is the sum of v over the lanes up to this one.
func SIMDPrefixInclusiveSum[N Number](v N) N { return onlyInKernel[N]() }

// SIMDPrefixExclusiveSum is the sum of v over the lanes before this one.
func SIMDPrefixExclusiveSum[N Number](v N) N { return onlyInKernel[N]() }

// SIMDBroadcast is v of the given lane, which is the same in all lanes.
func SIMDBroadcast[N Number](v N, lane uint32) N { return onlyInKernel[N]() }

// SIMDShuffle is v of the given lane.
func SIMDShuffle[N Number](v N, lane uint32) N { return onlyInKernel[N]() }

// SIMDShuffleXor is v of the lane whose number is this one's xor mask.
func SIMDShuffleXor[N Number](v N, mask uint32) N { return onlyInKernel[N]() }

// SIMDShuffleUp is v of the lane delta below; lanes below delta keep theirs.
func SIMDShuffleUp[N Number](v N, delta uint32) N { return onlyInKernel[N]() }

// SIMDShuffleDown is v of the lane delta above; undefined beyond the last.
func SIMDShuffleDown[N Number](v N, delta uint32) N { return onlyInKernel[N]() }

// SIMDAll reports whether v is true in all active lanes.
func SIMDAll(v bool) bool { return onlyInKernel[bool]() }

// SIMDAny reports whether v is true in any active lane.
func SIMDAny(v bool) bool { return onlyInKernel[bool]() }
