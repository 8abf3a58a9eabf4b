-- The share of the customers first seen in a month who are active months later.
select *
from main.cohort_retention
order by cohort_month, months_since
