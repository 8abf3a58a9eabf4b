-- Of the customers first seen in each month, those who are active months later.
select *
from main.cohort_retention
order by cohort_month, months_since
