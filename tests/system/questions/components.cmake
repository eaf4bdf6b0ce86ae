set(SUITE_COMPONENTS core runtime transport_inproc isolator_process storage_memory)
set(SUITE_LABELS runtime)
