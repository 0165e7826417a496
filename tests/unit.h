#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

/**
 * cmocka, with the headers that it forgets to include.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// after the four
#include <cmocka.h>

#endif
