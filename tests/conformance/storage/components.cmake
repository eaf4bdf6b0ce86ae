set(SUITE_COMPONENTS core wire storage_memory storage_sqlite)
