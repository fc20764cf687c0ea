----
  uint i = thread_position_in_grid.x;
  int a[10] = {};
  for (int k = 0; k < 10; ++k) {
    switch (k) {
    case 0:
    case 4:
    case 8:
    {
      continue;
      break;
    }
    case 3:
    {
      a[k] = 1;
    }
    case 100:
    {
      ++a[k];
      break;
    }
    default:
    {
      a[k] = k;
      break;
    }
    }
  }
  int sum = 0;
  int n = 0;
  while (true) {
    if (n == 10) {
      break;
    }
    int x_2 = a[n];
    sum += x_2;
    ++n;
  }
  int r = x[i] % 3;
  if (r < 0) {
    r += 3;
  }
  uchar b = uchar(250);
  b += uchar(10);
  uchar c = uchar(uchar(b - uchar(5)) / uchar(255));
  uint z = i - i;
  uint half_2 = ((~z >> 31) & ~2u) & (((z + 3u) | 4u) ^ 6u);
  y[i] = sum + r + int(c) + int(half_2);
