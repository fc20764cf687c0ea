float widen(ushort v) { return as_float((uint)v << 16); }

kernel void bfloat_add(global const ushort *a, global const ushort *b, global ushort *y) {
  uint i = get_global_id(0), u = as_uint(widen(a[i]) + widen(b[i]));
  y[i] = (u & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC0 : (u + 0x7FFF + (u >> 16 & 1)) >> 16;
}
