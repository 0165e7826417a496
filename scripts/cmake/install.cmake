# What `cmake --install` leaves: program, libraries, headers, package files.
