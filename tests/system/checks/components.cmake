set(SUITE_COMPONENTS core runtime transport_inproc isolator_process prober_native storage_memory)
set(SUITE_LABELS runtime)
set(SUITE_TIMEOUT_SECONDS 300)
