kernel void bilinear(global const uchar *x, global uchar *y) {
  uint px = get_global_id(0), py = get_global_id(1);
  float fy = clamp(((float)py + 0.5f) * ((float)H / (float)OH) - 0.5f, 0.0f, (float)(H - 1));
  float fx = clamp(((float)px + 0.5f) * ((float)W / (float)OW) - 0.5f, 0.0f, (float)(W - 1));
  uint y0 = (uint)fy, x0 = (uint)fx, y1 = min(y0 + 1, (uint)(H - 1)), x1 = min(x0 + 1, (uint)(W - 1));
  float wy = fy - (float)y0, wx = fx - (float)x0;
  float top = x[y0 * W + x0] * (1.0f - wx) + x[y0 * W + x1] * wx;
  float bottom = x[y1 * W + x0] * (1.0f - wx) + x[y1 * W + x1] * wx;
  y[py * OW + px] = (uchar)(top * (1.0f - wy) + bottom * wy + 0.49f);
}
