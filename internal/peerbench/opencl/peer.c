// Times one OpenCL kernel on the first OpenCL device, for peerbench:
//
//   cc -O2 -o /tmp/peer internal/peerbench/opencl/peer.c -lOpenCL
//   peer FILE.cl KERNEL OPTIONS RUNS GX GY GZ LX LY LZ BYTES… <BUFFERS
//
// The buffers' contents come on standard input, one after the other, and go to standard output as the
// first launch left them, behind a line of JSON. cpu_ms is the least processor time of a launch.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static int less(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

static void check(cl_int e, const char *what) {
  if (e == CL_SUCCESS) return;
  fprintf(stderr, "%s: OpenCL error %d\n", what, e);
  exit(1);
}

static char *text(const char *path) {
  FILE *f = fopen(path, "r");
  if (!f) { perror(path); exit(1); }
  char *s = calloc(1, 1 << 20);
  if (!fread(s, 1, (1 << 20) - 1, f)) { fprintf(stderr, "%s is empty\n", path); exit(1); }
  fclose(f);
  return s;
}

int main(int argc, char **argv) {
  if (argc < 12) { fputs("usage: peer FILE.cl KERNEL OPTIONS RUNS GX GY GZ LX LY LZ BYTES… <BUFFERS\n", stderr); return 2; }
  enum { maxBuffers = 16 };
  int runs = atoi(argv[4]), count = argc - 11;
  if (count > maxBuffers || runs < 1) { fputs("peer: too many buffers, or no runs\n", stderr); return 2; }
  size_t grid[3], group[3], bytes[maxBuffers];
  for (int i = 0; i < 3; i++) grid[i] = strtoul(argv[5 + i], 0, 10), group[i] = strtoul(argv[8 + i], 0, 10);

  cl_platform_id platform;
  cl_device_id device;
  cl_int e;
  check(clGetPlatformIDs(1, &platform, 0), "platform");
  check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, 0), "device");
  cl_context context = clCreateContext(0, 1, &device, 0, 0, &e);
  check(e, "context");
  cl_command_queue queue = clCreateCommandQueue(context, device, 0, &e);
  check(e, "queue");
  void *host[maxBuffers];
  cl_mem memory[maxBuffers];
  for (int i = 0; i < count; i++) {
    bytes[i] = strtoul(argv[11 + i], 0, 10);
    host[i] = malloc(bytes[i]);
    if (fread(host[i], 1, bytes[i], stdin) != bytes[i]) { fputs("peer: the buffers are shorter than was said\n", stderr); return 1; }
    memory[i] = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, bytes[i], host[i], &e);
    check(e, "buffer");
  }

  const char *source = text(argv[1]);
  double start = now(CLOCK_MONOTONIC);
  cl_program program = clCreateProgramWithSource(context, 1, &source, 0, &e);
  check(e, "program");
  if (clBuildProgram(program, 1, &device, argv[3], 0, 0)) {
    static char log[1 << 16];
    clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log, 0);
    fprintf(stderr, "%s does not build:\n%s\n", argv[1], log);
    return 1;
  }
  cl_kernel kernel = clCreateKernel(program, argv[2], &e);
  check(e, argv[2]);
  for (int i = 0; i < count; i++) check(clSetKernelArg(kernel, i, sizeof(cl_mem), &memory[i]), "argument");
  check(clEnqueueNDRangeKernel(queue, kernel, 3, 0, grid, group, 0, 0, 0), "launch");
  check(clFinish(queue), "finish");
  double first = now(CLOCK_MONOTONIC) - start;
  for (int i = 0; i < count; i++) check(clEnqueueReadBuffer(queue, memory[i], CL_TRUE, 0, bytes[i], host[i], 0, 0, 0), "read");

  double *wall = malloc(runs * sizeof *wall), *cpu = malloc(runs * sizeof *cpu);
  for (int r = 0; r < runs; r++) {
    const struct timespec pause = {0, 1000000}; // for threads that work are accounted for when they rest
    double w = now(CLOCK_MONOTONIC), c = now(CLOCK_PROCESS_CPUTIME_ID);
    check(clEnqueueNDRangeKernel(queue, kernel, 3, 0, grid, group, 0, 0, 0), "launch");
    check(clFinish(queue), "finish");
    wall[r] = now(CLOCK_MONOTONIC) - w;
    nanosleep(&pause, 0);
    cpu[r] = now(CLOCK_PROCESS_CPUTIME_ID) - c;
  }
  qsort(wall, runs, sizeof *wall, less);
  qsort(cpu, runs, sizeof *cpu, less);
  printf("{\"kernel\":\"%s\",\"first_ms\":%.3f,\"best_ms\":%.3f,\"median_ms\":%.3f,\"cpu_ms\":%.3f}\n", argv[2], first, wall[0], wall[runs / 2], cpu[0]);
  for (int i = 0; i < count; i++) fwrite(host[i], 1, bytes[i], stdout);
  return ferror(stdout) || fflush(stdout);
}
