set(SUITE_COMPONENTS core runtime isolator_process)
set(SUITE_LABELS runtime)
