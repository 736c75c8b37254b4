//! How a walk looks at its phone: by a dump, or by the cheap look where that tells enough.

use std::time::Duration;

use super::cheap_look::Before;
use super::run::Course;
use super::{Decision, Engine, PlannedAction, Walk};
use crate::model::Presence;
use crate::phone::{Input, Look, Observation, PhoneError, ScreenRead, Settle, Step};
use crate::ui::Point;
use crate::ui::views::ScreenViews;

/// A page may move for so long while the keyboard comes, beside the time that typing takes. A dump waits for that by itself.
const MOVES: Duration = Duration::from_millis(200);

impl<'a> Walk<'a> {
    /// Looks at the views right before an act that follows a dump, and says whether it may be done.
    pub(super) fn look_before(
        &self,
        course: &mut Course<'a>,
        decision: &Decision,
        tap: Option<Point>,
    ) -> Result<Before, PhoneError> {
        if !course.dump_is_fresh || !course.cheap.is_wanted(decision) {
            return Ok(Before::Act);
        }
        let Some(screen) = &course.last_screen else { return Ok(Before::Act) };
        let beside = std::mem::take(&mut course.beside_dump);
        if !matches!(beside, ScreenRead::Skipped) {
            return Ok(course.cheap.before(views_of(&beside), None, &screen.tree, tap));
        }
        let began = (self.now)();
        let seen = course.phone.step(&Step::look(Look::Views { probes: false }), self.limit())?;
        let took = (self.now)().saturating_duration_since(began);
        Ok(course.cheap.before(views_of(&seen.screen), Some(took), &screen.tree, tap))
    }

    /// Does a step and looks: by the views where they tell enough, else by a dump.
    pub(super) fn look_after(
        &self,
        course: &mut Course<'a>,
        decision: &Decision,
        mut step: Step<'_>,
    ) -> Result<Observation, PhoneError> {
        let fresh = std::mem::take(&mut course.dump_is_fresh);
        let waits = matches!(decision, Decision::Look { .. }) && step.look.reads_screen();
        if let Decision::Act(PlannedAction::Scroll { ids, most, .. }) = decision
            && fresh
            && course.cheap.works()
            && !ids.is_empty()
        {
            course.cheap.forget_waiting();
            return self.scroll(course, ids, *most, &step);
        }
        let by_views = (fresh && course.cheap.replaces_dump_after(decision))
            || (waits && course.cheap.replaces_dump_while_waiting());
        let look = step.look;
        if by_views {
            step.look = if waits { Look::Views { probes: true } } else { Look::ViewsTwice };
            if !waits {
                step.settle = Settle::Pause(MOVES);
            }
        }
        if !waits {
            course.cheap.forget_waiting();
        }
        let seen = self.timed(course, &step)?;
        let ScreenRead::Views(views) = &seen.screen else {
            let missing = by_views && seen.refused.is_none() && matches!(seen.screen, ScreenRead::Unreadable(_));
            return if missing { self.dump_instead(course, seen, look) } else { Ok(seen) };
        };
        let now = course.last_screen.as_ref().and_then(|screen| {
            if seen.focus != screen.focus {
                return None;
            }
            if waits {
                return course.cheap.is_unchanged(views).then(|| ScreenRead::Tree(screen.tree.clone()));
            }
            let typed = match decision {
                Decision::Act(PlannedAction::TypePassword { .. }) => self.password.map(crate::model::Secret::chars),
                _ => None,
            };
            course.cheap.refreshed(views, &screen.tree, typed).map(ScreenRead::Refreshed)
        });
        match now {
            Some(now) => {
                if let (ScreenRead::Refreshed(tree), Some(screen)) = (&now, &mut course.last_screen) {
                    screen.tree = tree.clone();
                }
                // What is tapped next was looked at once more, or will be: a keyboard may still be on its way.
                course.dump_is_fresh = !waits;
                Ok(Observation { screen: now, ..seen })
            }
            None => self.dump_instead(course, seen, look),
        }
    }

    /// The page with the password in its field as it is now, where the cheap look tells that it is still there as it was: other phones
    /// of the account wait for their turn, and a dump would keep each of them.
    pub(super) fn look_again(&self, course: &mut Course<'a>) -> Option<Observation> {
        if !course.cheap.works() {
            return None;
        }
        let step = Step::look(Look::Views { probes: true });
        // A phone that is lost meanwhile is found lost by the next step.
        let seen = course.phone.step(&step, self.limit()).ok()?;
        let (ScreenRead::Views(views), Some(screen)) = (&seen.screen, &course.last_screen) else { return None };
        let typed = self.password.map(crate::model::Secret::chars);
        let is_same = seen.focus == screen.focus && seen.refused.is_none();
        let tree = is_same.then(|| course.cheap.refreshed(views, &screen.tree, typed)).flatten()?;
        Some(Observation { screen: ScreenRead::Refreshed(tree), ..seen })
    }

    /// Scrolls until the views show what is looked for, at most so often; where they can't tell or the end is reached, a dump does.
    fn scroll(
        &self,
        course: &mut Course<'a>,
        ids: &[String],
        most: u32,
        step: &Step<'_>,
    ) -> Result<Observation, PhoneError> {
        for swipes in 1.. {
            let Some(screen) = &course.last_screen else { break };
            let aimed = course.cheap.swipe_to(ids, &screen.tree);
            let mut inputs = step.inputs.clone();
            for input in &mut inputs {
                if let (Input::Swipe { from, to, .. }, Some((down, up))) = (input, aimed) {
                    (*from, *to) = (down, up);
                }
            }
            let seen = self.timed(course, &Step { inputs, settle: Settle::Nothing, look: Look::ViewsTwice })?;
            let (ScreenRead::Views(views), Some(screen)) = (&seen.screen, &mut course.last_screen) else {
                return if seen.refused.is_some() { Ok(seen) } else { self.dump_instead(course, seen, step.look) };
            };
            let moved = course.cheap.has_moved(views);
            let is_in_sight = views.only(ids).is_some_and(|view| view.shown);
            if is_in_sight
                && seen.focus == screen.focus
                && let Some(now) = course.cheap.refreshed(views, &screen.tree, None)
            {
                screen.tree = now.clone();
                course.dump_is_fresh = true;
                return Ok(Observation { screen: ScreenRead::Refreshed(now), ..seen });
            }
            if is_in_sight
                || !moved
                || swipes >= most
                || seen.focus != screen.focus
                || seen.accounts.presence() == Presence::Absent
            {
                return self.dump_instead(course, seen, step.look);
            }
            course.counts.steps += 1;
        }
        self.timed(course, &Step::look(step.look))
    }

    /// Keeps the views of a page that is waited on, so that the next look at it need not be a dump.
    pub(super) fn keep_waiting(
        &self,
        engine: &Engine<'_>,
        course: &mut Course<'a>,
        next: &Decision,
    ) -> Result<(), PhoneError> {
        let waits = matches!(next, Decision::Look { look, .. } if look.reads_screen());
        if !waits || !engine.awaits_effect() || !course.dump_is_fresh || !course.cheap.works() {
            return Ok(());
        }
        let Some(screen) = &course.last_screen else { return Ok(()) };
        let mut views = std::mem::take(&mut course.beside_dump);
        if matches!(views, ScreenRead::Skipped) {
            views = course.phone.step(&Step::look(Look::Views { probes: false }), self.limit())?.screen;
        }
        if let Some(views) = views_of(&views) {
            course.cheap.keep_waiting(views, &screen.tree);
        }
        Ok(())
    }

    /// The cheap look did not tell enough: a dump does. What was refused before it stays said.
    fn dump_instead(&self, course: &mut Course<'a>, seen: Observation, look: Look) -> Result<Observation, PhoneError> {
        course.cheap.forget();
        let again = self.timed(course, &Step::look(look))?;
        Ok(Observation { refused: seen.refused, ..again })
    }

    /// One step, with what its dump took.
    fn timed(&self, course: &mut Course<'a>, step: &Step<'_>) -> Result<Observation, PhoneError> {
        let began = (self.now)();
        let with_views = course.cheap.is_read_beside_dump(!step.inputs.is_empty())
            && step.look == (Look::Screen { skip_when_absent: true });
        let mut seen = if with_views {
            let step = Step { inputs: step.inputs.clone(), settle: step.settle, look: Look::ScreenAndViews };
            course.phone.step(&step, self.limit())?
        } else {
            course.phone.step(step, self.limit())?
        };
        course.beside_dump = std::mem::take(&mut seen.views);
        if step.look.reads_screen() && !matches!(seen.screen, ScreenRead::Skipped) {
            course.counts.dumps += 1;
            let took = (self.now)().saturating_duration_since(began);
            // Views that came late have kept the step, so it says less of the dump.
            let is_late = with_views && matches!(course.beside_dump, ScreenRead::Skipped);
            course.cheap.dumped(if is_late { took / 2 } else { took });
            course.dump_is_fresh = matches!(seen.screen, ScreenRead::Tree(_));
        }
        Ok(seen)
    }
}

fn views_of(read: &ScreenRead) -> Option<&ScreenViews> {
    match read {
        ScreenRead::Views(views) => Some(views),
        _ => None,
    }
}
