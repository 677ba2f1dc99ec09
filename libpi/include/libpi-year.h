/* libpi-year.h - which year's API a program is written for: -DLIBPI_YEAR=2019 to 2026 (the
 * default). A year between is taken as the year before that it is most like, and says by a macro of
 * its own where it is not. */
#ifndef LIBPI_YEAR_H
#define LIBPI_YEAR_H

#ifndef LIBPI_YEAR
#define LIBPI_YEAR 2026
#elif LIBPI_YEAR == 2021
#define LIBPI_YEAR_2021
#undef LIBPI_YEAR
#define LIBPI_YEAR 2020
#elif LIBPI_YEAR == 2022
#define LIBPI_YEAR_2022
#undef LIBPI_YEAR
#define LIBPI_YEAR 2020
#elif LIBPI_YEAR == 2024
#define LIBPI_YEAR_2024
#undef LIBPI_YEAR
#define LIBPI_YEAR 2023
#endif

#if LIBPI_YEAR < 2019 || LIBPI_YEAR > 2026
#error "LIBPI_YEAR must be 2019 to 2026"
#endif

#endif
