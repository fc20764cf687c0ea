kernel void attention(global const float *q, global const float *k, global const float *v, global float *y) {
  uint at = (get_global_id(1) * S + get_global_id(0)) * D, head = get_global_id(1) * S * D;
  float query[D], sum[D], m = -INFINITY, total = 0.0f;
  for (uint d = 0; d < D; ++d) { query[d] = q[at + d] * rsqrt((float)D); sum[d] = 0.0f; }
  for (uint j = 0; j < S; ++j) {
    float score = 0.0f;
    for (uint d = 0; d < D; ++d) score += query[d] * k[head + j * D + d];
    float top = fmax(m, score), old = exp(m - top), p = exp(score - top);
    for (uint d = 0; d < D; ++d) sum[d] = sum[d] * old + p * v[head + j * D + d];
    total = total * old + p;
    m = top;
  }
  for (uint d = 0; d < D; ++d) y[at + d] = sum[d] / total;
}
