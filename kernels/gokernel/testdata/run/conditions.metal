inline float go_twice(float v) {
  return 2.0f * v;
}
----
  uint i = thread_position_in_grid.x;
  {
    float v = go_twice(x[i]);
    if ((v > 4.0f) || (v < -4.0f)) {
      y[i] = 4.0f;
    } else if (v > 0.0f) {
      float sum = 0.0f;
      for (int k = 0; k < 10; ++k) {
        if (k == 3) {
          break;
        }
        sum += v;
      }
      y[i] = sum;
    } else {
      y[i] = 0.0f;
    }
  }
