void add(volatile global float *p, float v) {
  union { uint u; float f; } old, sum;
  do {
    old.f = *p;
    sum.f = old.f + v;
  } while (atomic_cmpxchg((volatile global uint *)p, old.u, sum.u) != old.u);
}

kernel void scatter_add(global const float *x, global const uint *ids, global float *y) {
  uint j = get_global_id(0), row = get_global_id(1);
  add(&y[ids[row] * D + j], x[row * D + j]);
}
