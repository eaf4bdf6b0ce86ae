set(SUITE_COMPONENTS prober_native)
set(SUITE_LABELS runtime)
