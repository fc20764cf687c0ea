kernel void gcd(global const uint *a, global const uint *b, global uint *y) {
  uint i = get_global_id(0), p = a[i], q = b[i];
  while (q != 0) {
    uint rest = p % q;
    p = q;
    q = rest;
  }
  y[i] = p;
}
