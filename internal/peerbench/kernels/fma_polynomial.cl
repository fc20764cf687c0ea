kernel void fma_polynomial(global const float *x, global float *y) {
  uint i = get_global_id(0);
  float v = x[i], p = 2.48015873e-5f;
  p = fma(p, v, 1.98412698e-4f);
  p = fma(p, v, 1.38888889e-3f);
  p = fma(p, v, 8.33333333e-3f);
  p = fma(p, v, 4.16666667e-2f);
  p = fma(p, v, 1.66666667e-1f);
  p = fma(p, v, 0.5f);
  p = fma(p, v, 1.0f);
  y[i] = fma(p, v, 1.0f);
}
