set(SUITE_COMPONENTS core runtime)
set(SUITE_LABELS runtime)
