// <metal_matrix> and the geometric functions on it

namespace metal {

template <typename T, int C, int R>
matrix<T, R, C> transpose(matrix<T, C, R> m) {
  matrix<T, R, C> t;
  for (int c = 0; c < C; c++) {
    for (int r = 0; r < R; r++) {
      t[r][c] = m[c][r];
    }
  }
  return t;
}

template <typename T>
T determinant(matrix<T, 2, 2> m) {
  return m[0].x * m[1].y - m[0].y * m[1].x;
}

template <typename T>
T determinant(matrix<T, 3, 3> m) {
  return dot(m[0], cross(m[1], m[2]));
}

// By the 2x2 minors of the first and the last two columns.
template <typename T>
T determinant(matrix<T, 4, 4> m) {
  T a = m[0].x * m[1].y - m[0].y * m[1].x;
  T b = m[0].x * m[1].z - m[0].z * m[1].x;
  T c = m[0].x * m[1].w - m[0].w * m[1].x;
  T d = m[0].y * m[1].z - m[0].z * m[1].y;
  T e = m[0].y * m[1].w - m[0].w * m[1].y;
  T f = m[0].z * m[1].w - m[0].w * m[1].z;
  T g = m[2].x * m[3].y - m[2].y * m[3].x;
  T h = m[2].x * m[3].z - m[2].z * m[3].x;
  T i = m[2].x * m[3].w - m[2].w * m[3].x;
  T j = m[2].y * m[3].z - m[2].z * m[3].y;
  T k = m[2].y * m[3].w - m[2].w * m[3].y;
  T l = m[2].z * m[3].w - m[2].w * m[3].z;
  return a * l - b * k + c * j + d * i - e * h + f * g;
}

} // namespace metal
