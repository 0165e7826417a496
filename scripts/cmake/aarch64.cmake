# A toolchain for scripts/aarch64.sh: a cross compiler, libraries of a tree beside the
# build, and qemu in place of the processor.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)

get_filename_component(CMAKE_SYSROOT "${CMAKE_CURRENT_LIST_DIR}/../../build/aarch64/libraries"
  ABSOLUTE)
set(libraries ${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH ${CMAKE_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${libraries}")
set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/../../build/aarch64/run)

# There is no mpicc for it that this processor can run.
set(MPI_C_COMPILER ${CMAKE_C_COMPILER})
set(MPI_C_WORKS TRUE)
set(MPI_C_VERSION 3.1)
set(MPI_C_SKIP_MPICXX TRUE)
set(MPI_C_LIB_NAMES mpi)
set(MPI_C_INCLUDE_DIRS ${libraries}/openmpi/include)
set(MPI_C_HEADER_DIR ${libraries}/openmpi/include)
set(MPI_mpi_LIBRARY ${libraries}/openmpi/lib/libmpi.so)
set(HDF5_ROOT ${libraries}/hdf5/serial)
