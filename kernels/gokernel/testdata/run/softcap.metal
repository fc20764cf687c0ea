constant constexpr float Cap = 2.5f;
----
  uint i = thread_position_in_grid.x;
  float v = float(x[i]);
  if (v < 0.0f) {
    y[i] = T(Cap * tanh(v / Cap));
  } else if (v > 1e+06f) {
    y[i] = T(0.0f);
  } else {
    y[i] = T(tanh(v / Cap) * Cap);
  }
