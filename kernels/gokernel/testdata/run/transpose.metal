constant constexpr int M = 64;
constant constexpr int N = 96;
----
  threadgroup T tile[32][33];
  uint3 p = thread_position_in_threadgroup;
  uint3 g = threadgroup_position_in_grid;
  uint column = g.x * 32u + p.x;
  uint row = g.y * 32u + p.y;
  if (row < uint(M) && column < uint(N)) {
    tile[p.y][p.x] = x[row * uint(N) + column];
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  {
    uint t_1 = g.x * 32u + p.y;
    uint t_2 = g.y * 32u + p.x;
    row = t_1;
    column = t_2;
  }
  if (row < uint(N) && column < uint(M)) {
    y[row * uint(M) + column] = tile[p.x][p.y];
  }
