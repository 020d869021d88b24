/* Written by hand after NVIDIA's header, not recorded from a machine. Stands for NVIDIA's library on a machine of two cards: one that counts its energy, one that tells its power alone.
   Where they stand is read from the file that NVML_FIXTURE names: "millijoules milliwatts holders". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char cards[2], parts[2];

static void state(unsigned long long *mj, unsigned int *mw, unsigned int *holders) {
  FILE *f = fopen(getenv("NVML_FIXTURE"), "r");
  *mj = 0; *mw = 0; *holders = 0;
  if (!f) return;
  if (fscanf(f, "%llu %u %u", mj, mw, holders) != 3) *mj = 0;
  fclose(f);
}
/* The file says `lost`: the card has fallen off the bus (NVML_ERROR_GPU_IS_LOST). */
static int lost(void) {
  char word[5] = "";
  FILE *f = fopen(getenv("NVML_FIXTURE"), "r");
  if (!f) return 0;
  if (fscanf(f, "%4s", word) != 1) word[0] = 0;
  fclose(f);
  return strcmp(word, "lost") == 0;
}
int nvmlInit_v2(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned int *n) { *n = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int i, void **d) { *d = &cards[i]; return 0; }
int nvmlDeviceGetMaxMigDeviceCount(void *d, unsigned int *n) { *n = d == &cards[0] ? 7 : 0; return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(void *d, unsigned int i, void **part) {
  if (d != &cards[0] || i > 1) return 6;
  *part = &parts[i];
  return 0;
}
int nvmlDeviceGetUUID(void *d, char *s, unsigned int n) {
  if (d == &parts[0] || d == &parts[1]) { snprintf(s, n, "MIG-a%d", d == &parts[0] ? 1 : 2); return 0; }
  snprintf(s, n, "GPU-%c0000000-1111-2222-3333-444444444444", d == &cards[0] ? 'a' : 'b');
  return 0;
}
int nvmlDeviceGetName(void *d, char *s, unsigned int n) { snprintf(s, n, "NVIDIA Test"); return d ? 0 : 2; }
int nvmlDeviceGetTotalEnergyConsumption(void *d, unsigned long long *v) {
  unsigned int a, b;
  if (d == &cards[1]) return 3;
  if (lost()) return 15;
  state(v, &a, &b);
  return 0;
}
int nvmlDeviceGetPowerUsage(void *d, unsigned int *v) {
  if (lost()) return 15;
  unsigned long long a; unsigned int b;
  state(&a, v, &b);
  return d ? 0 : 2;
}
struct use { unsigned int gpu, memory; };
int nvmlDeviceGetUtilizationRates(void *d, struct use *u) { u->gpu = 87; u->memory = 12; return d ? 0 : 2; }
struct memory { unsigned long long total, free, used; };
int nvmlDeviceGetMemoryInfo(void *d, struct memory *m) { m->total = 9; m->free = 4; m->used = 5; return d ? 0 : 2; }
int nvmlDeviceGetTemperature(void *d, int sensor, unsigned int *v) { *v = 61; return sensor == 0 && d ? 0 : 2; }
int nvmlDeviceGetClockInfo(void *d, int type, unsigned int *v) { *v = 1410; return type == 1 && d ? 0 : 2; }
int nvmlDeviceGetComputeRunningProcesses_v3(void *d, unsigned int *n, void *infos) {
  unsigned long long a; unsigned int b;
  state(&a, &b, n);
  return infos == NULL && *n > 0 && d ? 7 : 0;
}
