import pytest
from tests.browser.gestures import *
def test_sign_in(page, sign_in, shoot):
    sign_in(page,"Lin"); print(page.url); shoot(page,"tmp-home"); expect_no_sideways_scroll(page); expect_accessible(page)
def test_phone(phone, sign_in, shoot):
    sign_in(phone,"Admin"); shoot(phone,"tmp-home"); expect_no_sideways_scroll(phone)
