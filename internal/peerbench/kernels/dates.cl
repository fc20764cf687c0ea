kernel void dates(global const uint *x, global uint *y) {
  uint i = get_global_id(0), days = x[i] + 719468, era = days / 146097, of_era = days % 146097;
  uint years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  uint of_year = of_era - (365 * years + years / 4 - years / 100), shifted = (5 * of_year + 2) / 153;
  uint day = of_year - (153 * shifted + 2) / 5 + 1, month = shifted < 10 ? shifted + 3 : shifted - 9;
  y[i] = (years + era * 400 + (month <= 2)) << 16 | month << 8 | day;
}
