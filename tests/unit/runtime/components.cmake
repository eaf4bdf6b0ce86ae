set(SUITE_COMPONENTS core runtime transport_inproc)
set(SUITE_LABELS runtime)
