"""The services of the reform programme, and the library they stand on."""
