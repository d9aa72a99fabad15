//! The exit codes.

use std::process::ExitCode;

/// What `--help` says about them.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  2  wrong usage, a value that can't be used, or something to answer or confirm first
  3  refused before anything was spent
  4  not authorised: the API key is missing or not valid
  5  not enough points, or the subscription doesn't cover it
  6  failed after the job had started, or the audio or the output could not be written
  7  unknown whether the job started
  8  stopped waiting; `ima resume` continues at no cost
  9  the network or the service is down, and nothing was spent
  10 paid, but the journal could not be written: the task's id is on the screen and kept beside it
¦
退出码：
  0  完成
  2  用法有误，值不能使用，或需要先回答、先确认
  3  在扣除积分之前被拒绝
  4  未授权：缺少 API 密钥，或密钥无效
  5  积分不足，或订阅不包含
  6  任务开始后失败，或音频、输出无法写入
  7  不确定任务是否已开始
  8  已停止等待；用 `ima resume` 继续，不再扣积分
  9  网络或服务不可用，没有扣除积分
  10 已付费，但任务记录无法写入：任务编号显示在屏幕上，并保存在记录旁边

With several generations, the exit code is the first of 7, 10, 8, 6, 5, 4, 9, 3 that occurred.
¦
同时进行多项时，退出码是 7、10、8、6、5、4、9、3 中第一个出现的。";

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Usage = 2,
    Refused = 3,
    Unauthorised = 4,
    Points = 5,
    Failed = 6,
    Unknown = 7,
    Resumable = 8,
    Down = 9,
    Unrecorded = 10,
}

impl Exit {
    /// How much it matters among several: money in doubt first, then audio that can be fetched.
    pub(crate) const fn weight(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 1,
            Self::Refused => 2,
            Self::Down => 3,
            Self::Unauthorised => 4,
            Self::Points => 5,
            Self::Failed => 6,
            Self::Resumable => 7,
            Self::Unrecorded => 8,
            Self::Unknown => 9,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
