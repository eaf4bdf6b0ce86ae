set(SUITE_COMPONENTS core wire recording runtime transport_inproc storage_memory)
