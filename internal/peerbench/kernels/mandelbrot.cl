#pragma OPENCL FP_CONTRACT OFF
kernel void mandelbrot(global uint *y) {
  uint q = get_global_id(0), r = get_global_id(1), n = 0;
  float cx = -2.0f + 3.0f * q / W, cy = -1.5f + 3.0f * r / H, zx = 0.0f, zy = 0.0f;
  while (n < ITERS && zx * zx + zy * zy <= 4.0f) {
    float t = zx * zx - zy * zy + cx;
    zy = 2.0f * zx * zy + cy;
    zx = t;
    ++n;
  }
  y[r * W + q] = n;
}
