set(SUITE_COMPONENTS core runtime transport_inproc transport_tcp transport_unix)
set(SUITE_LABELS runtime)
