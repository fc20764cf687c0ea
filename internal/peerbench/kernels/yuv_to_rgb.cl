kernel void yuv_to_rgb(global const uchar *luma, global const uchar *blue, global const uchar *red, global uchar *y) {
  uint q = get_global_id(0), r = get_global_id(1), i = r * W + q, half_at = r / 2 * (W / 2) + q / 2;
  int c = 298 * (luma[i] - 16), d = blue[half_at] - 128, e = red[half_at] - 128;
  y[3 * i] = clamp((c + 409 * e + 128) >> 8, 0, 255);
  y[3 * i + 1] = clamp((c - 100 * d - 208 * e + 128) >> 8, 0, 255);
  y[3 * i + 2] = clamp((c + 516 * d + 128) >> 8, 0, 255);
}
