float below(float d) {
  float u = 1.0f / (1.0f + 0.2316419f * fabs(d));
  float w = ((((1.330274429f * u - 1.821255978f) * u + 1.781477937f) * u - 0.356563782f) * u + 0.31938153f) * u;
  float p = 0.39894228f * exp(-0.5f * d * d) * w;
  return d < 0.0f ? p : 1.0f - p;
}

kernel void black_scholes(global const float *s, global const float *k, global const float *t, global float *y) {
  uint i = get_global_id(0);
  float dev = vol * sqrt(t[i]);
  float d1 = (log(s[i] / k[i]) + (rate + 0.5f * vol * vol) * t[i]) / dev;
  y[i] = s[i] * below(d1) - k[i] * exp(-rate * t[i]) * below(d1 - dev);
}
